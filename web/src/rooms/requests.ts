// What is asked of the server about rooms, members and people, in the page's types. Every request fails with a ChatError.

import { ChatError, type Chat as Client } from "../../client/src/index";
import { t } from "../i18n/en/session";
import { type CreateInvitation, type CreateRoom, type Invitation, type Member, type NewMessage, type Page, type Profile, type Receipt, type Room, type RoomRow, type RoomSettings, type SetMember } from "../protocol";
import { decodeSharedFile, type SharedFile } from "../attachments/attachment";
import { decodeMessage, decodeMessages } from "../protocol-decode";
import { decodeInvitation, decodeMember, decodeRoom } from "../protocol-rooms";

/** The largest page of a list the server gives. */
const PAGE = 100;
/** Of how many it is read who has read how far. */
const MOST_RECEIPTS = 1_000;
/** Of more rooms than these no list is of use any more: they are found by their names. */
const MOST_LISTED = 5_000;
/** How many pages are looked through for a name: behind each are up to 5,000 rooms, or 1,000 members, of the server's. */
const FIND_PAGES = 5;
/** Suggestions of people or rooms that are shown at once. */
const SUGGESTIONS = 20;

export class RoomRequests {
  constructor(private readonly client: Client) {}

  async create(room: CreateRoom): Promise<Room> {
    return known(decodeRoom(await this.client.createRoom(room)));
  }

  async openDirect(userId: string): Promise<Room> {
    return known(decodeRoom(await this.client.openDirect(userId)));
  }

  async acceptInvitation(token: string): Promise<Room> {
    return known(decodeRoom(await this.client.acceptInvitation(token)));
  }

  async update(roomId: string, changes: Partial<RoomSettings>): Promise<Room> {
    return known(decodeRoom(await this.client.room(roomId).update(changes)));
  }

  /** Every room one may see, up to MOST_LISTED, page by page; resolves to how many pages there were. */
  async list(take: (rows: readonly RoomRow[]) => void): Promise<number> {
    let listed = 0;
    for (let pages = 1, after: string | undefined; ; pages++) {
      const { rooms, next } = await this.client.listRooms({ limit: PAGE, ...(after !== undefined && { after }) });
      take(rooms.flatMap((row) => rowOf(row) ?? []));
      listed += rooms.length;
      if (next === undefined || listed >= MOST_LISTED) return pages;
      after = next;
    }
  }

  async find(query: string): Promise<Page<Room>> {
    return suggestions(async (from) => {
      const { rooms, next } = await this.client.listRooms({ query, ...from });
      return { items: rooms.flatMap((room) => decodeRoom(room) ?? []), next };
    });
  }

  async setMember({ roomId, userId, role, bannedUntil }: SetMember): Promise<void> {
    await this.client.room(roomId).setMember(userId, role, typeof bannedUntil === "string" ? new Date(bannedUntil) : bannedUntil);
  }

  async members(roomId: string, after?: string): Promise<Page<Member>> {
    const { members, more } = await this.client.room(roomId).members({ limit: PAGE, ...(after !== undefined && { after }) });
    return { items: members.flatMap((member) => decodeMember(member) ?? []), more };
  }

  /** Members a word of whose name, or whose id, begins so. */
  async findMembers(roomId: string, query: string): Promise<readonly Member[]> {
    const { items } = await suggestions(async (from) => {
      const { members, next } = await this.client.room(roomId).members({ query, ...from });
      return { items: members.flatMap((member) => decodeMember(member) ?? []), next };
    });
    return items;
  }

  /** How far the others have read; of at most a thousand. */
  async receipts(roomId: string): Promise<readonly Receipt[]> {
    const all: Receipt[] = [];
    for (let more = true; more && all.length < MOST_RECEIPTS; ) {
      const after = all.at(-1)?.userId;
      const page = await this.client.room(roomId).receipts({ limit: PAGE, ...(after !== undefined && { after }) });
      all.push(...page.receipts);
      more = page.more && page.receipts.length > 0;
    }
    return all;
  }

  /** Makes an invitation and resolves to its token, which is told only now. */
  async invite({ roomId, ...invitation }: CreateInvitation): Promise<string> {
    return (await this.client.room(roomId).invite(invitation)).token;
  }

  async invitations(roomId: string): Promise<Page<Invitation>> {
    const { invitations, more } = await this.client.room(roomId).invitations({ limit: PAGE });
    return { items: invitations.flatMap((invitation) => decodeInvitation(invitation) ?? []), more };
  }

  removeInvitation(roomId: string, id: string): Promise<void> {
    return this.client.room(roomId).removeInvitation(id);
  }

  async setPin(roomId: string, seq: number, on: boolean): Promise<void> {
    await this.client.room(roomId).pin(seq, on);
  }

  /** The pinned messages, the one that was pinned last first; at most as many as a page of the server's holds. */
  async pins(roomId: string): Promise<Page<NewMessage>> {
    const { pins, more } = await this.client.room(roomId).pins();
    return { items: decodeMessages(pins), more };
  }

  /** A page of the files that messages of a room show, newest first, and where the next one begins. */
  async files(roomId: string, before?: number): Promise<{ items: SharedFile[]; next: number | undefined }> {
    const { files, next } = await this.client.room(roomId).files({ limit: PAGE, ...(before !== undefined && { before }) });
    return { items: files.flatMap((file) => decodeSharedFile(file) ?? []), next };
  }

  /** Shows a message to those who moderate its room. */
  async report(roomId: string, seq: number, reason: string): Promise<void> {
    await this.client.room(roomId).report(seq, reason);
  }

  /** At most 100 ids. Who is not known is left out. */
  async people(userIds: readonly string[]): Promise<readonly Profile[]> {
    return (await this.client.users(userIds)).users;
  }

  async findPeople(query: string): Promise<readonly Profile[]> {
    return (await this.client.users({ query, limit: SUGGESTIONS })).users;
  }
}

function rowOf(value: { lastSeq: number; last?: object }): RoomRow | undefined {
  const room = decodeRoom(value);
  const last = decodeMessage(value.last);
  return room && { ...room, lastSeq: value.lastSeq, ...(last && { last }) };
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new ChatError("INTERNAL", t("unreadableAnswer"), true);
  return value;
}

/** Reads until there are enough to choose from: a page may be empty and have a next one. */
async function suggestions<T>(read: (from: { limit: number; after?: string }) => Promise<{ items: readonly T[]; next: string | undefined }>): Promise<Page<T>> {
  const items: T[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < FIND_PAGES; pages++) {
    const page = await read({ limit: SUGGESTIONS, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.next;
    if (after === undefined || items.length >= SUGGESTIONS) break;
  }
  return { items: items.slice(0, SUGGESTIONS), more: after !== undefined };
}

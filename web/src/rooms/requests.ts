// What is asked of the server about rooms, members and people. Every request fails with a ProtocolError.

import {
  type CreateInvitation,
  type CreateRoom,
  type Invitation,
  type Member,
  type Page,
  type Profile,
  ProtocolError,
  type ReadState,
  type Receipt,
  type Room,
  type RoomSettings,
  type SetMember,
} from "../protocol";
import { decodeInvitation, decodeMember, decodePage, decodeProfile, decodeReadState, decodeReceipt, decodeRoom } from "../protocol-rooms";

/** Asks once; see Connection.ask. */
export interface Asker {
  ask(event: string, payload: object): Promise<Record<string, unknown>>;
}

/** The largest page of a list the server gives. */
const PAGE = 100;
/** Suggestions of people or rooms that are shown at once. */
const SUGGESTIONS = 20;

export class RoomRequests {
  constructor(private readonly connection: Asker) {}

  create(room: CreateRoom): Promise<Room> {
    return this.room("create_room", room);
  }

  openDirect(userId: string): Promise<Room> {
    return this.room("open_direct", { userId });
  }

  update(roomId: string, changes: Partial<RoomSettings>): Promise<Room> {
    return this.room("update_room", { roomId, ...changes });
  }

  acceptInvitation(token: string): Promise<Room> {
    return this.room("accept_invitation", { token });
  }

  async find(query: string): Promise<Page<Room>> {
    return decodePage(await this.connection.ask("list_rooms", { query, limit: SUGGESTIONS }), "rooms", decodeRoom);
  }

  async setMember(change: SetMember): Promise<void> {
    await this.connection.ask("set_member", change);
  }

  async members(roomId: string, after?: string): Promise<Page<Member>> {
    return decodePage(await this.connection.ask("list_members", { roomId, limit: PAGE, ...(after !== undefined && { after }) }), "members", decodeMember);
  }

  async receipts(roomId: string): Promise<Page<Receipt>> {
    return decodePage(await this.connection.ask("list_receipts", { roomId, limit: PAGE }), "receipts", decodeReceipt);
  }

  /** Makes an invitation and resolves to its token, which is told only now. */
  async invite(invitation: CreateInvitation): Promise<string> {
    const { token } = await this.connection.ask("create_invitation", invitation);
    if (typeof token !== "string") throw unreadable();
    return token;
  }

  async invitations(roomId: string): Promise<Page<Invitation>> {
    return decodePage(await this.connection.ask("list_invitations", { roomId, limit: PAGE }), "invitations", decodeInvitation);
  }

  async removeInvitation(roomId: string, id: string): Promise<void> {
    await this.connection.ask("remove_invitation", { roomId, id });
  }

  /** Shows a message to those who moderate its room. */
  async report(roomId: string, seq: number, reason: string): Promise<void> {
    await this.connection.ask("report_message", { roomId, seq, reason });
  }

  async markRead(roomId: string, seq: number): Promise<ReadState> {
    return decodeReadState(await this.connection.ask("mark_read", { roomId, seq }));
  }

  /** At most 100 ids. Who is not known is left out. */
  async people(userIds: readonly string[]): Promise<Profile[]> {
    return decodePage(await this.connection.ask("get_users", { userIds }), "users", decodeProfile).items;
  }

  async findPeople(query: string): Promise<Profile[]> {
    return decodePage(await this.connection.ask("get_users", { query, limit: SUGGESTIONS }), "users", decodeProfile).items;
  }

  private async room(event: string, payload: object): Promise<Room> {
    const room = decodeRoom((await this.connection.ask(event, payload))["room"]);
    if (!room) throw unreadable();
    return room;
  }
}

function unreadable(): ProtocolError {
  return new ProtocolError({ code: "INTERNAL", message: "The server's answer cannot be read.", retryable: true });
}

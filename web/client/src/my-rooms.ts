// The user's own rooms, and what is unread in them.
//
// `ready` says it, and the rooms' logs carry it on, event by event. What only the server
// can count (a mark below what was unread when one came, a removal there) is asked for; such
// an answer and the events around it come in no certain order, so that it is asked again
// when events came close to it.

import { backoffMs, pause } from "./backoff.js";
import { asChatError } from "./errors.js";
import { Unread } from "./unread.js";
import type { LogEvent } from "./wire.js";
import { type Alerts, decodeSettings, type MyRoom, type ReadState, type ReadUpdate, type RoomInfo } from "./wire-rooms.js";

/** How far apart an event and a count of the server's are to be, in ms, for their order to be certain. */
const APART_MS = 1000;

type About = Omit<MyRoom, "lastSeq" | "readSeq" | "unread" | "mentions">;

interface Entry {
  about: About;
  counts: Unread;
  /** Asks again what the server counted. */
  asking: AbortController | undefined;
}

export interface MyRoomsHost {
  /** Asks how far one has read a room, and what is left. */
  count(roomId: string): Promise<ReadState>;
  /** Whether the log of a room is followed, so that every event above lastSeq comes. */
  follows(roomId: string): boolean;
  /** Something is different; told once for what happens at once. */
  changed(): void;
}

export class MyRooms {
  readonly #entries = new Map<string, Entry>();
  #me = "";
  #list: readonly MyRoom[] | undefined;

  constructor(
    private readonly host: MyRoomsHost,
    private readonly apartMs = APART_MS,
  ) {}

  /** The rooms as they are now, ascending by id; another array after each change. */
  get list(): readonly MyRoom[] {
    this.#list ??= [...this.#entries.values()].map(shown).sort((a, b) => (a.id < b.id ? -1 : 1));
    return this.#list;
  }

  get(id: string): MyRoom | undefined {
    const entry = this.#entries.get(id);
    return entry && shown(entry);
  }

  /** What a new connection begins with; rooms are absent where the server could not tell. */
  begin(me: string, rooms: readonly MyRoom[] | undefined): void {
    if (me !== this.#me) this.#clear();
    this.#me = me;
    if (!rooms) return;
    const before = new Map([...this.#entries].map(([id, { about: { alerts: _, ...about } }]) => [id, about]));
    this.#clear();
    for (const { lastSeq, readSeq, unread, mentions, ...about } of rooms) this.#put({ ...before.get(about.id), ...about }, { lastSeq, readSeq, unread, mentions });
    this.#changed();
  }

  /** The connection is gone. */
  end(): void {
    for (const entry of this.#entries.values()) entry.asking?.abort();
  }

  /** Takes a room in, with what is read of it up to lastSeq; of one that is known the rest stays. */
  add(info: RoomInfo, start: ReadState & { lastSeq: number }): void {
    if (this.#entries.has(info.id)) return this.describe(info);
    // It was counted while events came.
    this.#watch(this.#put(info, start), 0, true);
    this.#changed();
  }

  remove(id: string): void {
    this.#entries.get(id)?.asking?.abort();
    if (this.#entries.delete(id)) this.#changed();
  }

  /** What a room is called and may be done there. */
  describe(info: RoomInfo): void {
    const entry = this.#entries.get(info.id);
    if (!entry) return;
    entry.about = { ...entry.about, ...info };
    this.#changed();
  }

  /** What the user has set for a room of his. */
  alert(id: string, alerts: Alerts): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.about = { ...entry.about, alerts };
    this.#changed();
  }

  /** An event of a log. */
  apply(event: LogEvent): void {
    const entry = this.#entries.get(event.roomId);
    if (!entry || event.seq <= entry.counts.lastSeq) return;
    if (entry.counts.apply(event, this.#me)) this.#recount(entry);
    if (event.event === "room_updated") entry.about = { ...entry.about, ...decodeSettings(event) };
    if (event.event === "member_updated" && event["userId"] === this.#me && typeof event["role"] === "string") entry.about = { ...entry.about, role: event["role"] };
    this.#changed();
  }

  /** A log goes on behind lastSeq without what was before. */
  reset(id: string, lastSeq: number): void {
    const entry = this.#entries.get(id);
    if (!entry || entry.counts.lastSeq === lastSeq) return;
    entry.counts.jump(lastSeq);
    this.#recount(entry);
    this.#changed();
  }

  /** The user himself has read up to seq: here, or as the server says with what it counted. */
  read({ roomId, seq, unread, mentions }: Omit<ReadUpdate, "userId">): void {
    const entry = this.#entries.get(roomId);
    if (!entry) return;
    const counted = unread === undefined ? undefined : { unread, mentions: mentions ?? 0 };
    if (!counted) entry.counts.read(seq);
    else this.#take(entry, { readSeq: seq, ...counted }, 0);
    this.#changed();
  }

  #clear(): void {
    this.end();
    this.#entries.clear();
    this.#list = undefined;
  }

  #put(about: About, start: ReadState & { lastSeq: number }): Entry {
    const entry: Entry = { about, counts: new Unread(start), asking: undefined };
    this.#entries.set(about.id, entry);
    this.#watch(entry, 0);
    return entry;
  }

  #changed(): void {
    this.#list = undefined;
    this.host.changed();
  }

  #recount(entry: Entry, attempt = 0): void {
    entry.asking?.abort();
    const asking = new AbortController();
    entry.asking = asking;
    const id = entry.about.id;
    this.host.count(id).then(
      (state) => {
        if (asking.signal.aborted || this.#entries.get(id) !== entry) return;
        this.#take(entry, state, attempt);
        this.#changed();
      },
      (error: unknown) => {
        // Without a connection the next one begins anew.
        if (!asChatError(error).retryable) return;
        void pause(backoffMs(attempt), asking.signal).then(() => {
          if (!asking.signal.aborted && this.#entries.get(id) === entry) this.#recount(entry, attempt + 1);
        });
      },
    );
  }

  #take(entry: Entry, state: ReadState, attempt: number): void {
    if (this.host.follows(entry.about.id)) entry.counts.read(state.readSeq, state);
    else entry.counts.take(state);
    this.#watch(entry, attempt);
  }

  /** Asks again once it is certain what a count of the server's, which just came, has in it, if it is not. */
  #watch(entry: Entry, attempt: number, unsure = false): void {
    entry.asking?.abort();
    entry.asking = undefined;
    if (entry.counts.sure) return;
    const asking = new AbortController();
    entry.asking = asking;
    const { changes, changedAt } = entry.counts;
    const close = unsure || performance.now() - changedAt < this.apartMs;
    void pause(this.apartMs + (attempt > 0 ? backoffMs(attempt) : 0), asking.signal).then(() => {
      if (asking.signal.aborted || entry.counts.sure) return;
      if (close || entry.counts.changes !== changes) this.#recount(entry, attempt + 1);
    });
  }
}

function shown({ about, counts }: Entry): MyRoom {
  return { ...about, lastSeq: counts.lastSeq, ...counts.state };
}

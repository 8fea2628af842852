// The reducer against a server's log, with generated scripts: whatever comes in between, what
// is on the page must be what a fresh fetch brings.

import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import { People } from "../chat/people";
import { RoomState } from "../chat/room";
import { type LogEvent, MENTION_ROOM, type NewMessage, type Reaction } from "../protocol";
import { emptyLog, endOf, type LogAction, reduceLog, type RoomLog, type Waiting } from "./log";

const SCRIPTS = 400;
const STEPS = 120;
const ME = "me";
const AUTHORS = [ME, "ann", "bo"];
const EMOJI = ["👍", "🎉"];
const AT = "2026-01-01T00:00:00.000Z";
const REFUSED = { code: "FORBIDDEN", message: "no" };

/** Numbers from a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What the protocol leaves of a deleted message: where it stands, who said it and when. */
function bare({ id, roomId, seq, author, authorName, timestamp, clientId, parent }: NewMessage): NewMessage {
  return {
    ...{ id, roomId, seq, author, timestamp, text: "", deleted: true },
    ...(authorName !== undefined && { authorName }),
    ...(clientId !== undefined && { clientId }),
    ...(parent !== undefined && { parent }),
  };
}

/** A room's log as the server keeps it: events, and what history makes of them. */
class ServerLog {
  readonly events: LogEvent[] = [];
  private messages = new Map<number, NewMessage>();
  private reactors = new Map<string, Set<string>>();

  constructor(private readonly pick: (below: number) => number) {}

  get last(): number {
    return this.events.length;
  }

  get all(): NewMessage[] {
    return [...this.messages.values()];
  }

  /** Something happens in the room. */
  happen(): void {
    const at = { roomId: "r", seq: this.last + 1 };
    const author = AUTHORS[this.pick(AUTHORS.length)] ?? ME;
    const target = [...this.messages.keys()].filter((seq) => !this.messages.get(seq)?.deleted)[this.pick(Math.max(1, this.messages.size))];
    this.events.push(target === undefined ? this.other(at, author) : this.change(at, author, target, this.pick(8)));
  }

  /** Takes a message, once by its clientId, and gives its number. */
  take(author: string, clientId: string, text: string): number {
    const before = this.all.find((message) => message.author === author && message.clientId === clientId);
    if (before) return before.seq;
    const at = { roomId: "r", seq: this.last + 1 };
    this.events.push(this.message(at, author, clientId, text));
    return at.seq;
  }

  /** What is told of the events behind a number: as they happened, or replayed, and then without what is gone by now. */
  told(after: number, to: number): LogEvent[] {
    const events = this.events.slice(after, to);
    return this.pick(2) === 0 ? events : events.map((event) => this.replayed(event));
  }

  /** A page of history before a number, ascending. */
  page(before: number, limit: number): { messages: NewMessage[]; hasBefore: boolean } {
    const older = this.all.filter((message) => message.seq < before);
    return { messages: older.slice(-limit), hasBefore: older.length > limit };
  }

  /** A page of history behind a number. */
  pageAfter(after: number, limit: number): { messages: NewMessage[]; hasAfter: boolean } {
    const newer = this.all.filter((message) => message.seq > after);
    return { messages: newer.slice(0, limit), hasAfter: newer.length > limit };
  }

  /** A page of history with a number in its middle. */
  pageAround(around: number, limit: number): { messages: NewMessage[]; hasBefore: boolean; hasAfter: boolean } {
    const { messages, hasBefore } = this.page(around + 1, Math.ceil(limit / 2));
    const after = this.pageAfter(around, limit - messages.length);
    return { messages: [...messages, ...after.messages], hasBefore, hasAfter: after.hasAfter };
  }

  private replayed(event: LogEvent): LogEvent {
    const message = this.messages.get("target" in event ? event.target : event.seq);
    if (!message?.deleted) return event;
    if (event.event === "new_message") return { event: "new_message", ...bare(event) };
    if (event.event !== "message_updated") return event;
    const { text: _, ...rest } = event;
    return rest;
  }

  private other(at: { roomId: string; seq: number }, author: string): LogEvent {
    const kind = this.pick(6);
    if (kind === 0) return { event: "void", ...at };
    if (kind === 1) return { event: "member_updated", ...at, userId: "bo", role: "member", author };
    return this.message(at, author, `c${at.seq}`, `text ${at.seq}`);
  }

  private message(at: { roomId: string; seq: number }, author: string, clientId: string, text: string): LogEvent {
    const message: NewMessage = {
      ...{ ...at, id: `id${at.seq}`, text, author, timestamp: AT, clientId },
      ...(this.pick(3) === 0 && { mentions: this.pick(2) === 0 ? [MENTION_ROOM] : ["bo", ME] }),
      ...(this.pick(3) === 0 && { attachments: [{ id: `f${at.seq}`, name: `file ${at.seq}.pdf`, size: at.seq, type: "application/pdf", width: 0, height: 0, thumbnail: false }] }),
      ...(this.pick(3) === 0 && { authorName: author.toUpperCase() }),
      ...(this.pick(4) === 0 && at.seq > 1 && { parent: 1 + this.pick(at.seq - 1) }),
    };
    this.messages.set(at.seq, message);
    return { event: "new_message", ...message };
  }

  private change(at: { roomId: string; seq: number }, author: string, target: number, kind: number): LogEvent {
    const message = this.messages.get(target);
    if (!message || kind > 3) return this.other(at, author);
    if (kind === 0) {
      this.messages.set(target, bare(message));
      return { event: "message_deleted", ...at, target };
    }
    if (kind === 1) {
      const timestamp = "2026-01-02T00:00:00.000Z";
      this.messages.set(target, { ...message, text: `edit ${at.seq}`, editedAt: timestamp });
      return { event: "message_updated", ...at, target, text: `edit ${at.seq}`, timestamp };
    }
    return this.react(at, author, target, message);
  }

  private react(at: { roomId: string; seq: number }, author: string, target: number, message: NewMessage): LogEvent {
    const emoji = EMOJI[this.pick(EMOJI.length)] ?? "👍";
    const of = (one: string) => this.reactors.get(`${target} ${one}`) ?? new Set<string>();
    const set = of(emoji);
    const on = !set.delete(author);
    if (on) set.add(author);
    this.reactors.set(`${target} ${emoji}`, set);
    const used = EMOJI.filter((one) => of(one).size > 0);
    const reactions: Record<string, Reaction> = Object.fromEntries(used.map((one) => [one, { count: of(one).size, me: of(one).has(ME) }]));
    this.messages.set(target, { ...message, reactions });
    return { event: "reaction_updated", ...at, target, emoji, author, on, counts: Object.fromEntries(used.map((one) => [one, of(one).size])) };
  }
}

/** What is compared: an event that became a message keeps its name, and no reactions are as good as an empty list. */
function plain(messages: readonly NewMessage[]): unknown[] {
  return messages.map((message) => {
    const { event: _, reactions, ...rest } = message as NewMessage & { event?: string };
    return Object.keys(reactions ?? {}).length > 0 ? { ...rest, reactions: { ...reactions } } : rest;
  });
}

/** The log has what a fresh fetch brings of what it covers; gives how much that is. */
function isFresh(log: RoomLog, server: ServerLog, script: string): number {
  const fresh = server.all.filter((message) => message.seq >= log.first);
  expect(plain(log.messages), script).toEqual(plain(fresh));
  // Before anything was read, that there is more is a guess on the safe side.
  if (log.loaded) expect(log.hasBefore || fresh.length === server.all.length, script).toBe(true);
  return fresh.length;
}

/** Plays a script: events come, pages are asked for and come later, the log is cut, forgotten, reset, left behind and caught up with. */
function play(seed: number): { log: RoomLog; server: ServerLog } {
  const pick = random(seed);
  const server = new ServerLog(pick);
  for (let n = pick(30); n > 0; n--) server.happen();
  let log = reduceLog(emptyLog(ME), { type: "joined", lastSeq: server.last });
  let told = server.last;
  let asked: { before: number; messages: NewMessage[]; hasBefore: boolean } | undefined;
  const catchUp = (to: number) => {
    // With some of what was told before, as after a reconnect.
    log = reduceLog(log, { type: "events", events: server.told(Math.max(0, told - pick(4)), to) });
    told = to;
  };
  for (let step = 0; step < STEPS; step++) {
    const what = pick(20);
    if (what < 9) server.happen();
    else if (what < 13) catchUp(told + pick(server.last - told + 1));
    // The server answers from all it has; the page may not have been told of all that yet.
    else if (what < 15) asked ??= { before: log.first, ...server.page(log.first, 1 + pick(8)) };
    else if (what < 18 && asked) {
      log = reduceLog(log, { type: "page", ...asked });
      asked = undefined;
    } else if (what === 18) log = reduceLog(log, { type: "trim", keep: 1 + pick(6) });
    else if (what === 19 && pick(2) === 0) log = reduceLog(log, { type: "forget" });
    else if (what === 19 && pick(2) === 0) {
      log = reduceLog(log, { type: "reset", reason: "too_far", lastSeq: server.last });
      told = server.last;
    }
  }
  catchUp(server.last);
  return { log, server };
}

test("whatever the script, the page has what a fresh fetch brings", () => {
  let shown = 0;
  for (let seed = 0; seed < SCRIPTS; seed++) {
    const { log, server } = play(seed);
    shown += isFresh(log, server, `script ${seed}`);
  }
  expect(shown).toBeGreaterThan(5 * SCRIPTS);
});

/**
 * Plays a script in a room that is gone back in: to random places, on from there page by page, both ways, while events come, until
 * what is shown reaches what is live. jumps: how often one went back.
 */
function playApart(seed: number): { room: RoomState; server: ServerLog; jumps: number } {
  const pick = random(seed);
  const server = new ServerLog(pick);
  for (let n = 20 + pick(60); n > 0; n--) server.happen();
  const room = new RoomState("r", ME, new People({ id: ME, name: "Me" }, { people: () => Promise.reject(new Error("nobody is asked here")) } as never), signal(0));
  room.dispatch({ type: "joined", lastSeq: server.last });
  let told = server.last;
  let asked: (() => void) | undefined; // a page that is on its way
  let jumps = 0;
  const catchUp = (to: number) => {
    room.dispatch({ type: "events", events: server.told(told, to) });
    told = to;
  };
  const goBack = () => {
    const places = server.all.filter(({ seq }) => seq < room.shown.peek().first);
    const place = places[pick(Math.max(1, places.length))];
    if (!place) return undefined;
    const { messages, hasBefore, hasAfter } = server.pageAround(place.seq, 3 + pick(6));
    return () => {
      jumps++;
      room.showAround(messages, hasBefore, hasAfter);
    };
  };
  const read = (): (() => void) => {
    const { first, hasAfter } = room.shown.peek();
    const after = endOf(room.shown.peek());
    const page: LogAction = hasAfter && pick(3) > 0 ? { type: "newer", after, ...server.pageAfter(after, 1 + pick(6)) } : { type: "page", before: first, ...server.page(first, 1 + pick(6)) };
    return () => room.dispatch(page);
  };
  for (let step = 0; step < STEPS || room.shown.peek().hasAfter; step++) {
    const what = pick(12);
    if (what < 4 && step < STEPS) server.happen();
    else if (what < 6) catchUp(told + pick(server.last - told + 1));
    else if (what === 6 && step < STEPS) asked ??= goBack();
    else if (what < 9) asked ??= read();
    else {
      asked?.();
      asked = undefined;
    }
  }
  catchUp(server.last);
  return { room, server, jumps };
}

test("from wherever one went back to, the pages behind it lead to the same as a fresh fetch, whatever happens in between", () => {
  let [shown, jumped] = [0, 0];
  for (let seed = 0; seed < SCRIPTS; seed++) {
    const { room, server, jumps } = playApart(seed);
    expect(room.shown.peek(), `script ${seed}`).toBe(room.log.peek());
    shown += isFresh(room.log.peek(), server, `script ${seed}`);
    jumped += jumps;
  }
  expect(shown).toBeGreaterThan(10 * SCRIPTS);
  expect(jumped).toBeGreaterThan(SCRIPTS);
});

/** A client's outbox: one message after the other goes to the server, again where its answer was lost. */
class Outbox {
  private readonly entries: Waiting[] = [];
  private made = 0;

  get waiting(): readonly Waiting[] {
    return [...this.entries];
  }

  get next(): Waiting | undefined {
    return this.entries.find(({ error }) => error === undefined);
  }

  write(): void {
    this.made++;
    this.entries.push({ clientId: `w${this.made}`, text: `written ${this.made}`, at: this.made, attachments: [] });
  }

  remove(clientId: string): void {
    this.entries.splice(this.entries.findIndex((one) => one.clientId === clientId), 1);
  }

  /** It is refused for good; again: it is to be sent all the same. */
  refuse(clientId: string, again: boolean): void {
    const at = this.entries.findIndex((one) => one.clientId === clientId);
    const { error: _, ...entry } = this.entries[at] as Waiting;
    this.entries[at] = again ? entry : { ...entry, error: REFUSED };
  }
}

/** Our own messages on the page, in the log and before it. */
function ownOf(log: RoomLog): string[] {
  return [...log.messages.filter(({ author }) => author === ME), ...log.pending].flatMap(({ clientId }) => clientId ?? []);
}

/** Plays a script in which one writes: answers and events come in either order, or are lost; check is called after each step. */
function playOwn(seed: number, check: (log: RoomLog) => void): { log: RoomLog; server: ServerLog; written: number } {
  const pick = random(seed);
  const server = new ServerLog(pick);
  const outbox = new Outbox();
  let log = emptyLog(ME);
  let told = 0;
  let asked: LogAction | undefined; // a page that is on its way
  const reduce = (action: LogAction) => check((log = reduceLog(log, action)));
  const changed = () => reduce({ type: "outbox", waiting: outbox.waiting });
  const write = () => {
    outbox.write();
    changed();
  };
  /** The server takes the first message that waits; its answer comes, or is lost. */
  const deliver = (isLost: boolean) => {
    const first = outbox.next;
    if (!first) return;
    const seq = server.take(ME, first.clientId, first.text);
    if (isLost) return;
    outbox.remove(first.clientId);
    reduce({ type: "sent", clientId: first.clientId, seq });
    changed();
  };
  const refuse = () => {
    const first = outbox.next;
    if (!first || server.all.some(({ clientId }) => clientId === first.clientId)) return;
    outbox.refuse(first.clientId, false);
    changed();
    if (pick(2) === 0) outbox.remove(first.clientId);
    else outbox.refuse(first.clientId, true);
    changed();
  };
  const catchUp = (to: number) => {
    reduce({ type: "events", events: server.told(Math.max(0, told - pick(4)), to) });
    told = to;
  };

  // An earlier page left some that wait, of some of which it had kept that the server has them.
  for (let n = pick(4); n > 0; n--) outbox.write();
  for (let n = pick(10); n > 0; n--) server.happen();
  if (pick(2) === 0) deliver(true);
  const kept = server.page(server.last + 1, 1 + pick(8));
  const steps = [() => reduce({ type: "kept", ...kept }), changed];
  for (const step of pick(2) === 0 ? steps : steps.reverse()) step();
  told = server.last;
  reduce({ type: "joined", lastSeq: told });

  for (let step = 0; step < STEPS; step++) {
    const what = pick(20);
    if (what < 3) server.happen();
    else if (what < 6) write();
    else if (what < 9) deliver(pick(3) === 0);
    else if (what === 9) refuse();
    else if (what < 14) catchUp(told + pick(server.last - told + 1));
    else if (what < 16) asked ??= { type: "page", before: log.first, ...server.page(log.first, 1 + pick(8)) };
    else if (what < 18 && asked) {
      reduce(asked);
      asked = undefined;
    } else if (what === 18) reduce(pick(2) === 0 ? { type: "trim", keep: 1 + pick(6) } : { type: "forget" });
    else if (what === 19 && pick(3) === 0) {
      reduce({ type: "reset", reason: "too_far", lastSeq: server.last });
      told = server.last;
    }
  }
  while (outbox.next) deliver(false);
  catchUp(server.last);
  return { log, server, written: server.all.filter(({ author, clientId }) => author === ME && clientId?.startsWith("w")).length };
}

test("what one writes is on the page once, whatever comes first, and at the end all of it is in the log", () => {
  let all = 0;
  for (let seed = 0; seed < SCRIPTS; seed++) {
    const { log, server, written } = playOwn(seed, (now) => {
      const own = ownOf(now);
      expect(new Set(own).size, `script ${seed}`).toBe(own.length);
    });
    expect(log.pending, `script ${seed}`).toEqual([]);
    isFresh(log, server, `script ${seed}`);
    all += written;
  }
  expect(all).toBeGreaterThan(5 * SCRIPTS);
});

// The reducer against a server's log, with generated scripts: whatever comes in between, what
// is on the page must be what a fresh fetch brings.

import { expect, test } from "vitest";
import type { LogEvent, NewMessage, Reaction } from "../protocol";
import { emptyLog, reduceLog, type RoomLog } from "./log";

const SCRIPTS = 400;
const STEPS = 120;
const AUTHORS = ["me", "ann", "bo"];
const EMOJI = ["👍", "🎉"];

/** Numbers from a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
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

  /** Something happens in the room. */
  happen(): LogEvent {
    const at = { roomId: "r", seq: this.last + 1 };
    const author = AUTHORS[this.pick(AUTHORS.length)] ?? "me";
    const target = [...this.messages.keys()].filter((seq) => !this.messages.get(seq)?.deleted)[this.pick(Math.max(1, this.messages.size))];
    const event = target === undefined ? this.other(at, author) : this.change(at, author, target, this.pick(8));
    this.events.push(event);
    return event;
  }

  /** A page of history, ascending. */
  page(before: number, limit: number): { messages: NewMessage[]; hasBefore: boolean } {
    const older = [...this.messages.values()].filter((message) => message.seq < before);
    return { messages: older.slice(-limit), hasBefore: older.length > limit };
  }

  private other(at: { roomId: string; seq: number }, author: string): LogEvent {
    const kind = this.pick(6);
    if (kind === 0) return { event: "void", ...at };
    if (kind === 1) return { event: "member_updated", ...at, userId: "bo", role: "member", author };
    const message: NewMessage = { ...at, id: `id${at.seq}`, text: `text ${at.seq}`, author, timestamp: "2026-01-01T00:00:00.000Z", clientId: `c${at.seq}` };
    this.messages.set(at.seq, message);
    return { event: "new_message", ...message };
  }

  private change(at: { roomId: string; seq: number }, author: string, target: number, kind: number): LogEvent {
    const message = this.messages.get(target);
    if (!message || kind > 3) return this.other(at, author);
    if (kind === 0) {
      const { editedAt: _, reactions: __, ...rest } = message;
      this.messages.set(target, { ...rest, text: "", deleted: true });
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
    const reactions: Record<string, Reaction> = Object.fromEntries(used.map((one) => [one, { count: of(one).size, me: of(one).has("me") }]));
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

/** Plays a script: events come, pages are asked for and come later, the log is cut, forgotten, reset, left behind and caught up with. */
function play(seed: number): { log: RoomLog; server: ServerLog } {
  const pick = random(seed);
  const server = new ServerLog(pick);
  for (let n = pick(30); n > 0; n--) server.happen();
  let log = reduceLog(emptyLog("me"), { type: "joined", lastSeq: server.last });
  let told = server.last;
  let asked: { before: number; messages: NewMessage[]; hasBefore: boolean } | undefined;
  const catchUp = (to: number) => {
    // With some of what was told before, as after a reconnect.
    log = reduceLog(log, { type: "events", events: server.events.slice(Math.max(0, told - pick(4)), to) });
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
    const all = server.page(server.last + 1, Number.POSITIVE_INFINITY).messages;
    const fresh = all.filter((message) => message.seq >= log.first);
    expect(plain(log.messages), `script ${seed}`).toEqual(plain(fresh));
    // Before anything was read, that there is more is a guess on the safe side.
    if (log.loaded) expect(log.hasBefore || fresh.length === all.length, `script ${seed}`).toBe(true);
    shown += fresh.length;
  }
  expect(shown).toBeGreaterThan(5 * SCRIPTS);
});

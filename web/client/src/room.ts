// One room: its log, its history, and writing in it.

import { Emitter } from "./emitter.js";
import type { ChatError } from "./errors.js";
import { RoomLog } from "./room-log.js";
import { decodeHistory, decodeMessage, decodePage, type Fields, type History, type LogEvent, type Message, type Page } from "./wire.js";

export type RoomEvents = {
  message: [message: Message];
  updated: [event: LogEvent];
  deleted: [event: LogEvent];
  reaction: [event: LogEvent];
  /** Every event of the log, those above too, and kinds this version does not know. */
  event: [event: LogEvent];
  /** Drop what you have and read history(): the next event is lastSeq+1. */
  reset: [reason: string, lastSeq: number];
  /** Everything up to now was told. */
  live: [];
  /** Others type, or cease to. Never replayed. */
  typing: [event: Fields];
  /** The room cannot be read. */
  error: [error: ChatError];
};

/** What a room needs of its chat. */
export interface RoomHost {
  ask(event: string, payload: object, take?: (answer: Fields) => void): Promise<Fields>;
  request(event: string, payload: object): Promise<Fields>;
  write(event: string, roomId: string, payload: Fields): Promise<Fields>;
}

/** Where the server has put a write. */
export interface Written {
  readonly seq: number;
  /** Of a message: its id and the server's time. */
  readonly id?: string;
  readonly timestamp?: string;
}

const named = { message_updated: "updated", message_deleted: "deleted", reaction_updated: "reaction" } as const;
const isNamed = (event: string): event is keyof typeof named => Object.hasOwn(named, event);

export class Room extends Emitter<RoomEvents> {
  readonly #host: RoomHost;
  readonly #log: RoomLog;

  /** Made by chat.room(). */
  constructor(
    readonly id: string,
    host: RoomHost,
    since?: number,
  ) {
    super();
    this.#host = host;
    const source = {
      join: (last: number | undefined, take: (page: Page) => void) =>
        host.ask("join_room", last === undefined ? { roomId: id } : { roomId: id, since: last }, (answer) => take(decodePage(answer))),
      sync: (last: number, take: (page: Page) => void) =>
        host.ask("sync", { rooms: { [id]: last } }, (answer) => take(decodePage((answer["rooms"] as Fields | undefined)?.[id]))),
    };
    this.#log = new RoomLog(source, {
      apply: (event) => this.#apply(event),
      reset: (reason, lastSeq) => this.tell("reset", reason, lastSeq),
      caughtUp: () => this.tell("live"),
      refused: (error) => this.tell("error", error),
    }, since);
  }

  /** The seq of the last event told; give it to chat.room() of a later page to go on from there. */
  get lastSeq(): number | undefined {
    return this.#log.last;
  }

  /** Sends a message; resolves when it is durable. See Outbox for order and loss. */
  async send(text: string, more: { parent?: number; data?: Fields } = {}): Promise<Written> {
    return written(await this.#host.write("send_message", this.id, { ...more, text }));
  }

  /** Gives a message of one's own another text. */
  async edit(seq: number, text: string): Promise<Written> {
    return written(await this.#host.write("edit_message", this.id, { seq, text }));
  }

  async remove(seq: number): Promise<Written> {
    return written(await this.#host.write("delete_message", this.id, { seq }));
  }

  /** Sets a reaction, or takes it back. */
  async react(seq: number, emoji: string, on = true): Promise<Written> {
    return written(await this.#host.write("set_reaction", this.id, { seq, emoji, on }));
  }

  /** A page of messages, ascending; the newest ones without before and after. */
  async history(query: { before?: number; after?: number; around?: number; parent?: number; limit?: number } = {}): Promise<History> {
    return decodeHistory(await this.#host.request("get_history", { ...query, roomId: this.id }));
  }

  /** Tells others that one types. Not told again when it gets lost. */
  typing(on: boolean): void {
    this.#host.ask("typing", { roomId: this.id, on }).catch(() => {});
  }

  /** @internal There is a connection; another: the log is another one than before. */
  begin(another: boolean): void {
    if (another) this.#log.forget();
    this.#log.begin();
  }

  /** @internal */
  end(): void {
    this.#log.end();
  }

  /** @internal An event that names this room. */
  receive(name: string, payload: Fields, event: LogEvent | undefined): void {
    if (event) return this.#log.live(event);
    if (name === "room_reset") return this.#log.resetTo(String(payload["reason"]), Number(payload["lastSeq"]) || 0);
    if (name === "typing") this.tell("typing", payload);
  }

  #apply(event: LogEvent): void {
    if (event.event === "new_message") this.tell("message", decodeMessage(event));
    else if (isNamed(event.event)) this.tell(named[event.event], event);
    this.tell("event", event);
  }
}

function written(answer: Fields): Written {
  return {
    seq: Number(answer["seq"]),
    ...(typeof answer["id"] === "string" ? { id: answer["id"] } : {}),
    ...(typeof answer["timestamp"] === "string" ? { timestamp: answer["timestamp"] } : {}),
  };
}

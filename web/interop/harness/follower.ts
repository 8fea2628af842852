import type { Socket } from "socket.io-client";
import { emit, type Answer, type Message, type Replayed } from "./client";
import { until, within } from "./wait";

/**
 * What a good client does, and all it needs: one integer a room. It joins with the last
 * seq it has, applies what follows, drops what it knows and asks `sync` for a hole.
 */
export class Follower {
  /** The room as this client sees it; index i holds seq i+1. */
  readonly messages: (Message | undefined)[] = [];
  /** How often an event came that was known already, and how often a hole was seen. */
  duplicates = 0;
  holes = 0;
  /** What went wrong on the way; a test expects none. */
  readonly faults: string[] = [];
  // The highest seq heard of: what comes while `sync` is under way may be newer than its
  // answer, and is not sent again.
  #highest = 0;
  #catchingUp: Promise<void> | undefined;

  constructor(
    readonly socket: Socket,
    readonly roomId: string,
  ) {
    socket.on("new_message", (message: Message) => this.#live(message));
    socket.on("void", (event: Message) => this.#live(event));
    socket.on("connect", () => this.#spare(this.join()));
    // Questions end with the connection they were asked on; the next connect asks again.
    socket.on("disconnect", () => (this.#catchingUp = undefined));
  }

  get last(): number {
    return this.messages.length;
  }

  get texts(): string[] {
    return this.messages.map((message) => message?.text ?? "");
  }

  /** Is done by itself at every connect; await it once to know that the client is in. */
  async join(): Promise<void> {
    const more = await this.#ask("join_room", { roomId: this.roomId, since: this.last }, (answer) => {
      this.#replay(answer.events);
      return answer.more;
    });
    if (more || this.#highest > this.last) await this.#catchUp();
  }

  /** Resolves when the client has everything up to seq. */
  async reaches(seq: number, deadlineMs?: number): Promise<void> {
    await until(`${this.roomId} reaches ${seq} (is at ${this.last}, faults ${this.faults.join("; ")})`, () => this.last >= seq, deadlineMs);
  }

  #live(message: Message): void {
    if (message.roomId !== this.roomId) return;
    this.#highest = Math.max(this.#highest, message.seq);
    if (message.seq === this.last + 1) this.messages.push(message);
    else if (message.seq <= this.last) this.duplicates++;
    else {
      this.holes++;
      this.#spare(this.#catchUp());
    }
  }

  #replay(events: Replayed[]): void {
    for (const event of events) {
      if (event.seq > this.last + 1) throw new Error(`a replay jumps from ${this.last} to ${event.seq}`);
      if (event.seq === this.last + 1) this.messages.push(event);
    }
  }

  #catchUp(): Promise<void> {
    if (!this.#catchingUp) {
      const sync = this.#sync().finally(() => {
        if (this.#catchingUp === sync) this.#catchingUp = undefined;
      });
      this.#catchingUp = sync;
    }
    return this.#catchingUp;
  }

  async #sync(): Promise<void> {
    for (let more = true; more; ) {
      more = await this.#ask("sync", { rooms: { [this.roomId]: this.last } }, (answer) => {
        const room = answer.rooms[this.roomId];
        if (!room || room.reset) throw new Error(`sync was answered ${JSON.stringify(room)}`);
        this.#replay(room.events);
        return room.more || Math.max(room.lastSeq, this.#highest) > this.last;
      });
    }
  }

  /** Asks, and takes the answer in before anything that comes behind it. */
  #ask(event: string, payload: object, take: (answer: Answer) => boolean): Promise<boolean> {
    const taken = new Promise<boolean>((resolve, reject) => {
      const answered = (answer: Answer): void => {
        try {
          if (!answer.ok) throw new Error(`${event} was refused: ${JSON.stringify(answer)}`);
          resolve(take(answer));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      emit(this.socket, event, [payload], answered, reject);
    });
    return within(`${this.roomId}: an answer to ${event}`, taken);
  }

  /** Notes what fails in the background, but for what failed because its connection ended. */
  #spare(work: Promise<void>): void {
    const connection = this.socket.id;
    work.catch((error: unknown) => {
      if (this.socket.id === connection) this.faults.push(String(error));
    });
  }
}

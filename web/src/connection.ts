// The connection to the server: the only file that knows socket.io.
//
// Order and loss: sends leave one at a time, in the order they were made, and the stock
// client's `retries` repeats each until it is answered; what is sent while offline
// leaves first after the next connect. Everything else is asked once, beside that queue,
// so that a send that waits for its answer does not hold up reading; it fails with
// UNAVAILABLE when the connection is or gets lost, and is the caller's to ask again.
// Events arrive in the order sent; what is missed while offline is the caller's to
// fetch (join with `since`, `sync`).

import { io, type Socket } from "socket.io-client";
import { backoffMs } from "./backoff";
import { decodeError, decodeLogEvent, decodeMessages, decodeReplay, decodeStreamClosed, decodeStreamEvent, isFields } from "./protocol-decode";
import { decodeReadUpdated, decodeRoom, decodeRoomAdded, unknownRoom } from "./protocol-rooms";
import {
  type ClosingReason,
  type DeleteMessage,
  type EditMessage,
  type HistoryAnswer,
  type HistoryQuery,
  type JoinAnswer,
  type LogEvent,
  ProtocolError,
  type ReadUpdated,
  type Ready,
  type RefreshAnswer,
  type Reset,
  type RoomAdded,
  type RoomLeft,
  type RoomReset,
  type SendAnswer,
  type SendMessage,
  type SetReaction,
  type StreamClosed,
  type StreamEvent,
  type SubscribeStream,
  type SyncAnswer,
} from "./protocol";

/** How often the stock client repeats a request that was not answered. */
const RETRIES = 3;
/** How long it waits for an answer, in ms. The server answers a send within 8 s. */
const ACK_TIMEOUT_MS = 10_000;
/** How long one attempt to connect may take, in ms. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Connected for so long without an answer, a request is given up: all its retries are over by then. */
const GIVE_UP_MS = (RETRIES + 1) * ACK_TIMEOUT_MS + 5_000;
/** The longest a server that is going away may ask us to wait, in ms. */
const LONGEST_DRAIN_WAIT_MS = 30_000;

/** Where the connection stands. Times are milliseconds of Date.now(). */
export type Status =
  | { kind: "connecting" }
  | { kind: "online" }
  | { kind: "waiting"; since: number; retryAt: number }
  | { kind: "retrying"; since: number }
  | { kind: "refused"; error: ProtocolError }
  | { kind: "ended" };

/** What the connection tells. Called one at a time, never during a call into it. */
export interface Listener {
  status(status: Status): void;
  ready(ready: Ready): void;
  event(event: LogEvent): void;
  reset(reset: RoomReset): void;
  left(left: RoomLeft): void;
  added(added: RoomAdded): void;
  read(read: ReadUpdated): void;
  expiring(expiresAt: string): void;
}

/** What the streams that were opened bring. Called as a Listener is; an event may come before subscribeStream resolves. */
export interface StreamListener {
  streamEvent(event: StreamEvent): void;
  streamClosed(closed: StreamClosed): void;
}

type Answer = Record<string, unknown>;

export class Connection {
  private readonly socket: Socket;
  private attempt = 0;
  private onlineSince = 0; // 0: not connected
  private lostAt = 0; // 0: not lost since the last connect
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closing: ClosingReason | undefined;
  private drainWaitMs = 0;
  private closed = false;
  private streams: StreamListener | undefined;
  private readonly wake = () => this.retryNow();
  private readonly seen = () => {
    if (document.visibilityState === "visible") this.retryNow();
  };

  /** token is asked for at each attempt. The connection starts at once. */
  constructor(
    token: () => string,
    private readonly listener: Listener,
    private readonly random: () => number = Math.random,
  ) {
    this.socket = io({
      autoConnect: false,
      forceNew: true,
      // We time the attempts ourselves, so that the page can say when the next one is.
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      retries: RETRIES,
      ackTimeout: ACK_TIMEOUT_MS,
      auth: (give) => give({ token: token(), retry: "silent" }),
    });
    this.listen();
    window.addEventListener("online", this.wake);
    // Timers sleep with the device: whoever looks again does not want to wait for one.
    document.addEventListener("visibilitychange", this.seen);
    listener.status({ kind: "connecting" });
    this.socket.connect();
  }

  /** Connects at once if an attempt is due later, or if it was refused and the token has changed. */
  retryNow(): void {
    if (this.closed || this.socket.connected || this.socket.io._readyState === "opening") return;
    clearTimeout(this.timer);
    this.listener.status(this.lostAt ? { kind: "retrying", since: this.lostAt } : { kind: "connecting" });
    this.socket.connect();
  }

  /** Ends the connection for good; requests in flight are never answered. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.seen);
    this.socket.disconnect();
  }

  async join(roomId: string, since?: number): Promise<JoinAnswer> {
    const answer = await this.ask("join_room", since === undefined ? { roomId } : { roomId, since });
    const joined: JoinAnswer = {
      room: decodeRoom(answer["room"]) ?? unknownRoom(roomId),
      lastSeq: Number(answer["lastSeq"] ?? 0),
      events: decodeReplay(answer["events"]),
      more: answer["more"] === true,
    };
    const reset = decodeReset(answer["reset"]);
    if (reset) joined.reset = reset;
    return joined;
  }

  async send(message: SendMessage): Promise<SendAnswer> {
    const answer = await this.deliver("send_message", message);
    return { id: String(answer["id"]), seq: Number(answer["seq"]), timestamp: String(answer["timestamp"]) };
  }

  async edit(edit: EditMessage): Promise<void> {
    await this.deliver("edit_message", edit);
  }

  async delete(deletion: DeleteMessage): Promise<void> {
    await this.deliver("delete_message", deletion);
  }

  async react(reaction: SetReaction): Promise<void> {
    await this.deliver("set_reaction", reaction);
  }

  async history(query: HistoryQuery): Promise<HistoryAnswer> {
    const answer = await this.ask("get_history", query);
    return {
      messages: decodeMessages(answer["messages"]),
      hasBefore: answer["hasBefore"] === true,
      hasAfter: answer["hasAfter"] === true,
    };
  }

  async sync(rooms: Record<string, number>): Promise<SyncAnswer> {
    const answer = await this.ask("sync", { rooms });
    const synced: SyncAnswer = { rooms: {} };
    if (!isFields(answer["rooms"])) return synced;
    for (const [roomId, value] of Object.entries(answer["rooms"])) {
      if (!isFields(value)) continue;
      const reset = decodeReset(value["reset"]);
      synced.rooms[roomId] = {
        events: decodeReplay(value["events"]),
        more: value["more"] === true,
        ...(typeof value["lastSeq"] === "number" ? { lastSeq: value["lastSeq"] } : {}),
        ...(reset ? { reset } : {}),
      };
    }
    return synced;
  }

  /** Gives a living connection the new token of the same user. */
  async refresh(token: string): Promise<RefreshAnswer> {
    const answer = await this.ask("refresh_auth", { token });
    return { expiresAt: String(answer["expiresAt"]) };
  }

  /** Who is told of streams from now on. */
  listenToStreams(listener: StreamListener): void {
    this.streams = listener;
  }

  /** Opens a declared stream for as long as this connection lives, and resolves to its id. */
  async subscribeStream(request: SubscribeStream): Promise<string> {
    const answer = await this.ask("subscribe_stream", request);
    if (typeof answer["id"] !== "string") throw unreadable();
    return answer["id"];
  }

  async unsubscribeStream(id: string): Promise<void> {
    await this.ask("unsubscribe_stream", { id });
  }

  /** Sends through the stock client's queue. */
  private deliver(event: string, payload: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let guard = setTimeout(check, GIVE_UP_MS, this);
      // The queue can lose sight of a request when a connection dies at a bad moment.
      // Nobody waits for ever: the time counts while connected only.
      function check(self: Connection): void {
        const connectedMs = self.onlineSince === 0 ? 0 : Date.now() - self.onlineSince;
        if (connectedMs < GIVE_UP_MS) guard = setTimeout(check, GIVE_UP_MS - connectedMs, self);
        else reject(unanswered());
      }
      this.socket.emit(event, payload, (error: Error | null, answer?: unknown) => {
        clearTimeout(guard);
        settle(error ? unanswered() : answer, resolve, reject);
      });
    });
  }

  /** Asks once, beside the queue, and resolves to what was acked. Every refusal is a ProtocolError. */
  async ask(event: string, payload: object): Promise<Answer> {
    // Volatile is the stock client's way past its queue, but is dropped when the transport
    // cannot write at that moment: between this loop's last look and the emit nothing may wait.
    while (this.socket.connected && !this.socket.io.engine.transport.writable) await drained(this.socket.io.engine);
    if (!this.socket.connected) throw unreachable();
    return new Promise((resolve, reject) => {
      this.socket.volatile.timeout(ACK_TIMEOUT_MS).emit(event, payload, (error: Error | null, answer?: unknown) => {
        const failure = this.socket.connected ? unanswered() : unreachable();
        settle(error ? failure : answer, resolve, reject);
      });
    });
  }

  private listen(): void {
    const { socket, listener } = this;
    socket.on("connect", () => {
      this.attempt = 0;
      this.lostAt = 0;
      this.closing = undefined;
      this.drainWaitMs = 0;
      this.onlineSince = Date.now();
      listener.status({ kind: "online" });
    });
    socket.on("connect_error", (error: Error & { data?: unknown }) => this.failed(decodeError(error.data)));
    socket.on("disconnect", (reason) => this.lost(reason));
    socket.onAny((name: string, payload: unknown) => this.receive(name, payload));
  }

  private receive(name: string, payload: unknown): void {
    if (!isFields(payload)) return;
    if (name === "stream_event" || name === "stream_closed") return this.receiveStream(name, payload);
    const { listener } = this;
    const event = decodeLogEvent(name, payload);
    if (name === "ready") return this.listener.ready(payload as unknown as Ready);
    if (name === "room_reset") return this.listener.reset(payload as unknown as RoomReset);
    if (name === "room_left") return this.listener.left(payload as unknown as RoomLeft);
    if (name === "room_added") {
      const added = decodeRoomAdded(payload);
      return added && listener.added(added);
    }
    if (name === "read_updated") {
      const read = decodeReadUpdated(payload);
      return read && listener.read(read);
    }
    if (name === "auth_expiring") return this.listener.expiring(String(payload["expiresAt"]));
    if (name === "server_draining") {
      this.drainWaitMs = Math.min(Number(payload["reconnectInMs"]) || 0, LONGEST_DRAIN_WAIT_MS);
      return;
    }
    if (name === "closing") {
      this.closing = payload["reason"] as ClosingReason;
      return;
    }
    if (event) this.listener.event(event);
  }

  private receiveStream(name: "stream_event" | "stream_closed", payload: unknown): void {
    if (name === "stream_event") {
      const event = decodeStreamEvent(payload);
      if (event) this.streams?.streamEvent(event);
      return;
    }
    const closed = decodeStreamClosed(payload);
    if (closed) this.streams?.streamClosed(closed);
  }

  private lost(reason: Socket.DisconnectReason): void {
    this.onlineSince = 0;
    if (this.closed) return;
    this.lostAt = Date.now();
    if (this.closing === "token_expired") return this.failed(expired());
    if (reason === "io server disconnect") return this.listener.status({ kind: "ended" });
    this.schedule(Math.max(this.drainWaitMs, backoffMs(this.attempt++, this.random)));
  }

  private failed(refusal: ProtocolError | undefined): void {
    if (this.closed) return;
    if (refusal && !refusal.retryable) {
      this.socket.disconnect();
      return this.listener.status({ kind: "refused", error: refusal });
    }
    if (this.lostAt === 0) this.lostAt = Date.now();
    this.schedule(Math.max(refusal?.retryAfterMs ?? 0, backoffMs(this.attempt++, this.random)));
  }

  private schedule(waitMs: number): void {
    clearTimeout(this.timer);
    this.listener.status({ kind: "waiting", since: this.lostAt, retryAt: Date.now() + waitMs });
    this.timer = setTimeout(this.wake, waitMs);
  }
}

function decodeReset(value: unknown): Reset | undefined {
  return isFields(value) && typeof value["reason"] === "string" ? (value as unknown as Reset) : undefined;
}

/** Waits until the transport may be able to write again, or never will. */
function drained(engine: Socket["io"]["engine"]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ["drain", "upgrade", "close"] as const) engine.off(event, done);
      resolve();
    };
    for (const event of ["drain", "upgrade", "close"] as const) engine.on(event, done);
  });
}

/** Settles a request with its answer, if that is one. */
function settle(answer: unknown, resolve: (answer: Answer) => void, reject: (error: ProtocolError) => void): void {
  if (answer instanceof ProtocolError) return reject(answer);
  if (!isFields(answer)) return reject(unreadable());
  const refused = decodeError(answer["error"]);
  if (refused) return reject(refused);
  resolve(answer);
}

function unreachable(): ProtocolError {
  return new ProtocolError({ code: "UNAVAILABLE", message: "There is no connection.", retryable: true });
}

function unanswered(): ProtocolError {
  return new ProtocolError({ code: "TIMEOUT", message: "The server did not answer.", retryable: true });
}

function unreadable(): ProtocolError {
  return new ProtocolError({ code: "INTERNAL", message: "The server's answer cannot be read.", retryable: true });
}

function expired(): ProtocolError {
  return new ProtocolError({ code: "TOKEN_EXPIRED", message: "Your session has ended.", retryable: false });
}

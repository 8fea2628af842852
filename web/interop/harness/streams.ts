import type { Collection, Db } from "mongodb";
import { inject } from "vitest";
import type { Socket } from "socket.io-client";
import { ask, connected, emit, type Answer, WEBSOCKET } from "./client";
import { openMongoDB, Server, type Store } from "./server";
import { tokenFor } from "./token";
import { until, within } from "./wait";

export const ADMIN = tokenFor("root", { roles: ["admin"] });

/** One stream_event. */
export interface StreamEvent {
  id: string;
  uri: string;
  change: Change;
  after?: string;
}

export interface Change {
  operationType?: string;
  documentKey?: { _id: unknown };
  fullDocument?: Record<string, unknown>;
  updateDescription?: { updatedFields: Record<string, unknown>; removedFields: string[] } | null;
  ready?: true;
}

/** What a subscription asks for. */
export interface Request {
  uri: string;
  vars?: Record<string, unknown>;
  after?: string;
  initial?: boolean;
}

/** A declaration, but for its name, which the path has. */
export type Declaration = Record<string, unknown>;

/** A server on a MongoDB database of its own, and the collection that the tests declare streams of. */
export async function serverWithPosts(...flags: string[]): Promise<{ server: Server; store: Store; database: Db; posts: Collection }> {
  const store = await openMongoDB(inject("mongodbUri"));
  if (!store.database) throw new Error("no database");
  const server = await Server.start(store, ...flags);
  return { server, store, database: store.database, posts: store.database.collection("posts") };
}

/** Declares a stream as an admin does; `access` lets everybody in unless the declaration says otherwise. */
export async function declare(server: Server, name: string, declaration: Declaration = {}): Promise<Response> {
  const body = JSON.stringify({ access: { public: true }, ...declaration });
  return call(server, "PUT", name, body);
}

export function call(server: Server, method: string, name: string, body?: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${ADMIN}`, "Content-Type": "application/json" };
  return fetch(`${server.url}/api/streams/${name}`, { method, headers, ...(body === undefined ? {} : { body }) });
}

/** The same, for declarations that must be good. */
export async function declared(server: Server, name: string, declaration: Declaration = {}): Promise<void> {
  const answer = await declare(server, name, declaration);
  if (!answer.ok) throw new Error(`${name} was refused: ${answer.status} ${await answer.text()}`);
}

/** A stage that lets inserts of documents through whose field is the variable. */
export const fieldIs = (field: string, variable: string): object => ({ $match: { [`fullDocument.${field}`]: { $var: variable } } });

/** All that a socket is told of streams. */
export class Listener {
  readonly events: StreamEvent[] = [];
  readonly closed: { id: string; uri: string; reason: string }[] = [];
  /** What went wrong on the way; a test expects none. */
  readonly faults: string[] = [];
  readonly #open = new Set<string>();

  constructor(readonly socket: Socket) {
    socket.on("stream_event", (event: StreamEvent) => {
      if (!this.#open.has(event.id)) this.faults.push(`an event of ${event.id}, which is not open`);
      this.events.push(event);
    });
    socket.on("stream_closed", (end: { id: string; uri: string; reason: string }) => {
      if (!this.#open.delete(end.id)) this.faults.push(`an end of ${end.id}, which is not open`);
      this.closed.push(end);
    });
  }

  static async on(server: Server, sub: string, options: object = WEBSOCKET): Promise<Listener> {
    return new Listener(await connected(server.url, sub, options));
  }

  /** Opens a stream; resolves with its id. */
  async open(request: Request): Promise<string> {
    const answer = await this.try(request);
    if (!answer.ok) throw new Error(`${request.uri} was refused: ${JSON.stringify(answer)}`);
    return answer.id;
  }

  /** The same, whatever the answer. The id counts as known from the moment of the answer on. */
  try(request: unknown): Promise<Answer> {
    const answered = new Promise<Answer>((resolve, reject) => {
      emit(
        this.socket,
        "subscribe_stream",
        [request],
        (answer) => {
          if (answer.ok) this.#open.add(answer.id);
          resolve(answer);
        },
        reject,
      );
    });
    return within("an answer to subscribe_stream", answered);
  }

  /** Closes a stream; an event of it behind the answer is a fault. */
  close(id: string): Promise<Answer> {
    const answered = new Promise<Answer>((resolve, reject) => {
      emit(
        this.socket,
        "unsubscribe_stream",
        [{ id }],
        (answer) => {
          this.#open.delete(id);
          resolve(answer);
        },
        reject,
      );
    });
    return within("an answer to unsubscribe_stream", answered);
  }

  of(id: string): StreamEvent[] {
    return this.events.filter((event) => event.id === id);
  }

  /** What a field of the documents was, in the order of the events. */
  values(id: string, field: string): unknown[] {
    return this.of(id).map((event) => event.change.fullDocument?.[field]);
  }

  async reaches(id: string, count: number, deadlineMs?: number): Promise<void> {
    await until(`${count} events of ${id} (there are ${this.of(id).length})`, () => this.of(id).length >= count, deadlineMs);
  }

  async ends(id: string): Promise<string> {
    await until(`the end of ${id}`, () => this.closed.some((end) => end.id === id));
    return this.closed.find((end) => end.id === id)?.reason ?? "";
  }
}

/** Waits until an instance knows a stream: it follows what others declare a moment later. */
export async function knows(listener: Listener, request: Request): Promise<void> {
  await until(`${request.uri} is known`, async () => {
    const answer = await ask(listener.socket, "subscribe_stream", request);
    if (answer.ok) await ask(listener.socket, "unsubscribe_stream", { id: answer.id });
    return answer.ok === true;
  });
}

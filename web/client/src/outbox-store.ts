// Where an outbox keeps what is not acked yet.

import { isFields } from "./wire.js";

/** One write that waits to be acked. `user` is whose it is: nobody else's connection sends it. */
export interface OutboxEntry {
  readonly clientId: string;
  readonly user: string;
  /** Grows with every entry; entries of a room are sent in this order. */
  readonly order: number;
  readonly event: string;
  readonly roomId: string;
  /** JSON, with roomId and clientId in it. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Why it was refused for good; absent: it waits. It is not sent again by itself. */
  readonly failed?: { readonly code: string; readonly message: string; readonly reason?: string };
}

/** What becomes of an entry in one page, for the others that have the same store. taken: it failed, and is made again. */
export type OutboxWord = { readonly kind: "discarded" | "taken"; readonly user: string; readonly clientId: string } | { readonly kind: "failed"; readonly entry: OutboxEntry };

/** Tells the other pages; they are not asked, and may be none. */
export interface OutboxPeers {
  tell(word: OutboxWord): void;
  close(): void;
}

/** Keeps entries over restarts. put and remove of the same clientId come one after the other. */
export interface OutboxStore {
  /** False: only for as long as it lives itself. */
  readonly lasting?: boolean;
  /** Where several pages have the store in common: has them hear of each other, until it is closed. */
  share?(hear: (word: OutboxWord) => void): OutboxPeers;
  load(): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(clientId: string): Promise<void>;
}

/** Keeps them for as long as it lives itself. */
export function memoryStore(): OutboxStore {
  const entries = new Map<string, OutboxEntry>();
  return {
    lasting: false,
    load: () => Promise.resolve([...entries.values()]),
    put: (entry) => Promise.resolve(void entries.set(entry.clientId, entry)),
    remove: (clientId) => Promise.resolve(void entries.delete(clientId)),
  };
}

const ENTRIES = "entries";

/** Keeps them in the browser, in the IndexedDB of this name. */
export function indexedDBStore(name: string): OutboxStore {
  let opened: Promise<IDBDatabase> | undefined;
  const open = (): Promise<IDBDatabase> => {
    if (opened) return opened;
    const opening = new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1); // throws where it is forbidden
      request.onupgradeneeded = () => void request.result.createObjectStore(ENTRIES, { keyPath: "clientId" });
      request.onsuccess = () => {
        // The browser ends it when its user clears what sites keep, or the disk fails: the next one opens it anew.
        request.result.onclose = () => (opened = undefined);
        // A page of a later version waits for it.
        request.result.onversionchange = () => {
          opened = undefined;
          request.result.close();
        };
        resolve(request.result);
      };
      request.onerror = () => reject(request.error ?? new Error(`the database ${name} cannot be opened`));
    });
    opened = opening;
    opening.catch(() => {
      if (opened === opening) opened = undefined;
    });
    return opening;
  };
  // Resolves when the transaction is over: only then is it kept.
  const write = async (change: (entries: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await open()).transaction(ENTRIES, "readwrite");
    change(transaction.objectStore(ENTRIES));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("the write was given up"));
    });
  };
  return {
    async load() {
      const request: IDBRequest<OutboxEntry[]> = (await open()).transaction(ENTRIES).objectStore(ENTRIES).getAll();
      return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error("the outbox cannot be read"));
      });
    },
    put: (entry) => write((entries) => entries.put(entry)),
    remove: (clientId) => write((entries) => entries.delete(clientId)),
    share: (hear) => overChannel(name, hear),
  };
}

/** The pages of one origin, each of which hears the others and not itself. */
function overChannel(name: string, hear: (word: OutboxWord) => void): OutboxPeers {
  if (typeof BroadcastChannel === "undefined") return { tell: () => {}, close: () => {} };
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const word = decodeWord(data);
    if (word) hear(word);
  };
  return { tell: (word) => channel.postMessage(word), close: () => channel.close() };
}

/** What another page says, which may be of another version; undefined for what cannot be read. */
function decodeWord(value: unknown): OutboxWord | undefined {
  if (!isFields(value)) return undefined;
  const { kind, user, clientId, entry } = value;
  if ((kind === "discarded" || kind === "taken") && typeof user === "string" && typeof clientId === "string") return { kind, user, clientId };
  return kind === "failed" && isFailed(entry) ? { kind, entry } : undefined;
}

function isFailed(value: unknown): value is OutboxEntry {
  if (!isFields(value) || !isFields(value["payload"]) || !isFields(value["failed"])) return false;
  const { code, message } = value["failed"];
  const texts = [code, message, ...["clientId", "user", "event", "roomId"].map((name) => value[name])];
  return typeof value["order"] === "number" && texts.every((text) => typeof text === "string");
}

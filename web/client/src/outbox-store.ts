// Where an outbox keeps what is not acked yet.

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

/** Keeps entries over restarts. put and remove of the same clientId come one after the other. */
export interface OutboxStore {
  load(): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(clientId: string): Promise<void>;
}

/** Keeps them for as long as it lives itself. */
export function memoryStore(): OutboxStore {
  const entries = new Map<string, OutboxEntry>();
  return {
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
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(ENTRIES, { keyPath: "clientId" });
      request.onsuccess = () => {
        // The browser ends it when its user clears what sites keep, or the disk fails: the next one opens it anew.
        request.result.onclose = () => (opened = undefined);
        resolve(request.result);
      };
      request.onerror = () => {
        opened = undefined;
        reject(request.error ?? new Error(`the database ${name} cannot be opened`));
      };
    });
    return opened;
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
  };
}

// Where it is kept: an IndexedDB of this origin. Where that is forbidden, full or broken, nothing is kept and nothing is
// found: the page goes on without.

import type { KeptRoom } from "./kept";

const NAME = "roomstream offline";
const ROOMS = "rooms";
/** Goes up whenever KeptRoom changes, or what stands in it: what an earlier version of the page has kept is dropped then. */
const VERSION = 2;

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION); // throws where it is forbidden
    request.onupgradeneeded = () => {
      const database = request.result;
      if (database.objectStoreNames.contains(ROOMS)) database.deleteObjectStore(ROOMS);
      database.createObjectStore(ROOMS, { keyPath: ["user", "id"] });
    };
    request.onsuccess = () => {
      request.result.onclose = () => (opened = undefined);
      // A page of a later version waits for it.
      request.result.onversionchange = () => {
        opened = undefined;
        request.result.close();
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error ?? new Error("the database cannot be opened"));
  }).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** Does work in a transaction and resolves once it is over; otherwise it resolves to what nothing gives. */
async function within<T>(mode: IDBTransactionMode, nothing: T, work: (rooms: IDBObjectStore, give: (value: T) => void) => void): Promise<T> {
  try {
    const transaction = (await open()).transaction(ROOMS, mode);
    return await new Promise<T>((resolve, reject) => {
      let given = nothing;
      transaction.oncomplete = () => resolve(given);
      transaction.onabort = () => reject(transaction.error ?? new Error("given up"));
      work(transaction.objectStore(ROOMS), (value) => (given = value));
    });
  } catch {
    return nothing;
  }
}

const ofUser = (user: string): IDBKeyRange => IDBKeyRange.bound([user], [user, []]);

export function keptOf(user: string): Promise<readonly KeptRoom[]> {
  return within<readonly KeptRoom[]>("readonly", [], (rooms, give) => {
    const request: IDBRequest<KeptRoom[]> = rooms.getAll(ofUser(user));
    request.onsuccess = () => give(request.result);
  });
}

export function keptRoom(user: string, id: string): Promise<KeptRoom | undefined> {
  return within<KeptRoom | undefined>("readonly", undefined, (rooms, give) => {
    const request: IDBRequest<KeptRoom | undefined> = rooms.get([user, id]);
    request.onsuccess = () => give(request.result);
  });
}

export function keep(room: KeptRoom): Promise<void> {
  return within("readwrite", undefined, (rooms) => void rooms.put(room));
}

export function drop(user: string, id: string): Promise<void> {
  return within("readwrite", undefined, (rooms) => void rooms.delete([user, id]));
}

/** Erases what was kept for a user: he signs out, and others may use this browser. */
export function eraseKept(user: string): Promise<void> {
  return within("readwrite", undefined, (rooms) => void rooms.delete(ofUser(user)));
}

/** Erases what was kept for all others. */
export function eraseOthers(user: string): Promise<void> {
  return within("readwrite", undefined, (rooms) => {
    rooms.delete(IDBKeyRange.upperBound([user], true));
    rooms.delete(IDBKeyRange.lowerBound([user, []], true));
  });
}

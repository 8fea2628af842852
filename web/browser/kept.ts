// What a browser keeps of rooms, to be shown without a connection.

import type { Page } from "playwright-core";

/** By room the texts that are kept. */
export function kept(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === "roomstream offline")) return {}; // opening it would make it
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("roomstream offline");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    try {
      const request = database.transaction("rooms").objectStore("rooms").getAll();
      const rooms = await new Promise<{ id: string; messages: { text: string }[] }[]>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      return Object.fromEntries(rooms.map(({ id, messages }) => [id, messages.map(({ text }) => text)]));
    } finally {
      database.close();
    }
  });
}

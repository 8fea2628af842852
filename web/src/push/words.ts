// What the service worker says of what is pushed: it has no catalogue, and is given the texts of the language that is spoken.

import { t as alerts } from "../i18n/en/alerts";
import { t } from "../i18n/en/push";

/** Where worker/push-worker.js finds them. */
const CACHE = "roomstream-words";
const PATH = "/push-words";

/** {name} and {room} stand for themselves: the worker puts in whose they are. */
function pushWords(): Readonly<Record<string, string>> {
  const names = { name: "{name}", room: "{room}" };
  return { missed: t("missed"), look: t("look"), wrote: t("wrote"), mentioned: t("mentioned"), added: t("added", names), inRoom: alerts("titleInRoom", names) };
}

/** Keeps them for the worker. Without it what is pushed is told in English, or in the language before. */
export async function keepPushWords(): Promise<void> {
  if (!("caches" in window)) return;
  try {
    const cache = await caches.open(CACHE);
    await cache.put(PATH, new Response(JSON.stringify(pushWords())));
  } catch {
    // Storage is full, or forbidden here.
  }
}

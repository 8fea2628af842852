// The service worker: shows what the server pushes while no page of the chat is connected, and the message of what is clicked;
// and opens the page where there is no connection, from the files of one build, which it keeps.
//
// Versions: the files of each build have a cache of their own. The page itself is asked of the server first, so that a new
// build is there at the next load whatever an older worker keeps, and comes from the cache only where the server does not
// answer: then all of it is of that one build. Files under /assets carry a hash of their content: one that is in any cache is
// the right one. The build before the newest stays, for the pages that are still open with it and load a part late.
"use strict";

/** What belongs to the build; the build writes it here. index: the SHA-256 of the page in hex. */
const BUILD = { version: "unbuilt", index: "", files: [] };

const CACHES = "roomstream ";
const CACHE = CACHES + BUILD.version;
/** The caches that stay: this build's and the one before. */
const KEPT = 2;
/** How long the server may take to answer for the page where it is kept, in ms: a phone in a tunnel has a network that swallows everything. */
const PATIENCE_MS = 4000;
/** Where the page keeps the texts of the language that is chosen; see src/push/words.ts. */
const WORDS_CACHE = "roomstream-words";
const WORDS_PATH = "/push-words";
/** What is said until it has. {name}: who did it; {room}: where. */
const ENGLISH = {
  missed: "You missed something",
  look: "Open the chat to see it.",
  wrote: "wrote to you.",
  mentioned: "mentioned you.",
  added: "{name} added you to this room.",
  inRoom: "{name} in {room}",
};
/** The answers of a server, or of what stands before it, that is not there at the moment. */
const GONE = 500;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && isPage(pathname)) event.respondWith(page(event.request));
  else if (pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
  else if (BUILD.files.includes(pathname)) event.respondWith(small(event.request, pathname));
});
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

/** Shows a message. Browsers want one notification for each, also for one that nobody can read. */
async function show(data) {
  const { title, body, tag, roomId, seq } = read(data, await words());
  // renotify: of one room one notification stands, and each new message makes itself heard.
  const options = { body, tag, renotify: true, icon: "/favicon.svg", data: { roomId, seq } };
  await self.registration.showNotification(title, options);
}

/** The texts of the language that is chosen. */
async function words() {
  try {
    const kept = await caches.match(WORDS_PATH, { cacheName: WORDS_CACHE });
    return { ...ENGLISH, ...(await kept?.json()) };
  } catch {
    return ENGLISH;
  }
}

/** What a message says, by web/docs/protocol.md. */
function read(data, words) {
  let message;
  try {
    message = data.json();
  } catch {
    message = undefined;
  }
  const text = (name) => (typeof message?.[name] === "string" ? message[name] : "");
  const roomId = text("roomId");
  if (roomId === "") return { title: words.missed, body: words.look, tag: "chat", roomId: undefined };
  const author = text("authorName") || text("author");
  const room = text("roomName") || roomId;
  const said = (template) => template.replace(/\{(name|room)\}/g, (_, which) => (which === "name" ? author : room));
  const tag = `room:${roomId}`;
  const seq = Number.isSafeInteger(message.seq) && message.seq > 0 ? message.seq : undefined;
  switch (text("kind")) {
    case "direct":
      return { title: author, body: text("text") || words.wrote, tag, roomId, seq };
    case "invitation":
      return { title: room, body: said(words.added), tag, roomId };
    default:
      return { title: said(words.inRoom), body: text("text") || words.mentioned, tag, roomId, seq };
  }
}

/** Shows a message, or a room, in a page that is open already, else in a new one. */
async function open(data) {
  const roomId = typeof data?.roomId === "string" ? data.roomId : undefined;
  const seq = Number.isSafeInteger(data?.seq) ? data.seq : undefined;
  const pages = (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).filter(isChat);
  const page = pages.find((one) => one.focused) ?? pages[0];
  if (!page) {
    await self.clients.openWindow(roomId === undefined ? "/" : `/rooms/${encodeURIComponent(roomId)}${seq === undefined ? "" : `/${seq}`}`);
    return;
  }
  page.postMessage({ type: "open-room", roomId, seq });
  // Only a click lets a page come to the front; where the browser sees none it stays behind, with the room open.
  await page.focus().catch(() => undefined);
}

/** Whether a page is the chat's: others of this address, such as that of the JSON routes, open no room. */
function isChat({ url }) {
  return isPage(new URL(url).pathname);
}

function isPage(pathname) {
  return /^\/($|rooms\/|feeds|admin)/.test(pathname);
}

/** Keeps the build, whole or not at all: of a page that is of another build already, because the server was changed at this moment, nothing is kept. */
async function install() {
  try {
    if (BUILD.files.length > 0) await fill();
  } finally {
    await self.skipWaiting();
  }
}

async function fill() {
  const response = await fetch("/", { cache: "reload" });
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const index = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!response.ok || index !== BUILD.index) throw new Error("the page is of another build");
  await caches.delete(CACHE); // what an install that was broken off has left
  const cache = await caches.open(CACHE);
  try {
    await cache.addAll(BUILD.files);
    await cache.put("/", response); // last: what has it is whole
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function activate() {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHE);
  await Promise.all(names.slice(0, Math.max(0, names.length + 1 - KEPT)).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The page from the server, else the one that is kept. */
async function page(request) {
  const kept = await (await caches.open(CACHE)).match("/");
  if (!kept) return fetch(request);
  return soon(request, kept);
}

/** A small file without a hash in its name: from the server, else as it is kept with the page. */
async function small(request, pathname) {
  const kept = await (await caches.open(CACHE)).match(pathname);
  return kept ? soon(request, kept) : fetch(request);
}

async function soon(request, kept) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  const answered = fetch(request).then((response) => (response.status >= GONE ? kept : response), () => kept);
  return Promise.race([answered, late]);
}

/** A file that never changes. */
async function asset(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}

/** Subscribes anew when the browser has dropped the subscription. An open page hands it in now, else the next one does. */
async function renew(event) {
  const options = event.oldSubscription?.options;
  if (!event.newSubscription && options) await self.registration.pushManager.subscribe(options);
  for (const page of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) page.postMessage({ type: "push-changed" });
}

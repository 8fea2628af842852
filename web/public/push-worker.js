// The service worker of Web Push: shows what the server sends while no page of the chat is connected, and shows the message
// of what is clicked. It keeps nothing, caches nothing and serves no page.
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

/** Shows a message. Browsers want one notification for each, also for one that nobody can read. */
async function show(data) {
  const { title, body, tag, roomId, seq } = read(data);
  // renotify: of one room one notification stands, and each new message makes itself heard.
  const options = { body, tag, renotify: true, icon: "/favicon.svg", data: { roomId, seq } };
  await self.registration.showNotification(title, options);
}

/** What a message says, by web/docs/protocol.md. */
function read(data) {
  let message;
  try {
    message = data.json();
  } catch {
    message = undefined;
  }
  const text = (name) => (typeof message?.[name] === "string" ? message[name] : "");
  const roomId = text("roomId");
  if (roomId === "") return { title: "You missed something", body: "Open the chat to see it.", tag: "chat", roomId: undefined };
  const author = text("authorName") || text("author");
  const room = text("roomName") || roomId;
  const tag = `room:${roomId}`;
  const seq = Number.isSafeInteger(message.seq) && message.seq > 0 ? message.seq : undefined;
  switch (text("kind")) {
    case "direct":
      return { title: author, body: text("text") || "wrote to you.", tag, roomId, seq };
    case "invitation":
      return { title: room, body: `${author} added you to this room.`, tag, roomId };
    default:
      return { title: `${author} in ${room}`, body: text("text") || "mentioned you.", tag, roomId, seq };
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
  return /^\/($|rooms\/|feeds|admin)/.test(new URL(url).pathname);
}

/** Subscribes anew when the browser has dropped the subscription. An open page hands it in now, else the next one does. */
async function renew(event) {
  const options = event.oldSubscription?.options;
  if (!event.newSubscription && options) await self.registration.pushManager.subscribe(options);
  for (const page of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) page.postMessage({ type: "push-changed" });
}

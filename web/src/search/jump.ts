// The way from a search to the message: into its room, and back to where it stands.

import { effect } from "@preact/signals";
import type { Chat } from "../chat/chat";
import { goTo } from "../route";
import { nextFrame } from "../ui/nextFrame";

/** How far back the log is read for one message, in pages: a thousand messages of 50 a page, and each takes one answer. */
const MAX_PAGES = 20;
/** How long to wait for a room to open, or a page, in ms. */
const PATIENCE_MS = 10_000;
/** How long the message is marked, in ms. */
const MARKED_MS = 2_500;

export type JumpEnd = "shown" | "far" | "failed";

/** Shows a message in its room's timeline. It ends early when another room is opened. */
export async function jump(chat: Chat, roomId: string, seq: number): Promise<JumpEnd> {
  goTo(roomId);
  if (!(await when(() => chat.open.value?.id === roomId && chat.open.value.log.value.loaded))) return "failed";
  const room = chat.open.peek();
  if (!room) return "failed";
  for (let page = 0; ; page++) {
    const { first, hasBefore } = room.log.peek();
    if (first <= seq || !hasBefore) break;
    if (page === MAX_PAGES) return "far";
    toTop(); // who stays at the end sees the oldest messages cut off again
    await nextFrame();
    void chat.readOlder(room);
    await when(() => room.paging.value !== "loading");
    if (chat.open.peek() !== room) return "failed";
    if (room.log.peek().first === first && room.log.peek().hasBefore) return "failed";
  }
  await nextFrame();
  return show(seq) ? "shown" : "failed";
}

function toTop(): void {
  const scroller = document.getElementById("messages");
  if (scroller) scroller.scrollTop = 0;
}

function show(seq: number): boolean {
  const message = document.querySelector<HTMLElement>(`#messages [data-seq="${seq}"]`);
  if (!message) return false;
  message.scrollIntoView({ block: "center" });
  const button = message.querySelector<HTMLElement>("[data-more]");
  (button ?? document.getElementById("messages"))?.focus({ preventScroll: true });
  message.classList.add("message-found");
  setTimeout(() => message.classList.remove("message-found"), MARKED_MS);
  return true;
}

/** Waits until what signals say holds; false: it did not in time. */
function when(holds: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    let done = false;
    const end = (value: boolean) => {
      done = true;
      clearTimeout(timer);
      stop?.();
      resolve(value);
    };
    const timer = setTimeout(() => end(false), PATIENCE_MS);
    stop = effect(() => {
      if (!done && holds()) queueMicrotask(() => end(true));
    });
  });
}

// Tells whoever is not looking of what others say: by a notification of the browser's and a sound, in one tab, by what is
// set for the room.

import type { LogEvent as TheirEvent } from "../../client/src/index";
import { filesText } from "../attachments/words";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/alerts";
import { plainText } from "../markdown/parse";
import { decodeLogEvent } from "../protocol-decode";
import type { NewMessage } from "../protocol";
import { goToMessage } from "../route";
import { wants } from "./level";
import { isSilent, playSound } from "./sounds";
import { Tabs } from "./tabs";

/** What is older was missed, by a device that slept: it is unread, and no news. By the server's clock, in ms. */
const NEWS_MS = 60_000;
/** Between two sounds lies so much, in ms: many messages at once are one noise. */
const SOUND_EVERY_MS = 1_000;
/** How much of a text a notification shows, in code points. */
const MOST_TEXT = 200;

export class Alerts {
  private readonly tabs: Tabs;
  private readonly ends: (() => void)[];
  private soundedAt = -SOUND_EVERY_MS;

  constructor(private readonly chat: Chat) {
    this.tabs = new Tabs(chat.user.id);
    const look = () => this.tabs.see(document.visibilityState === "visible" ? chat.open.peek()?.id : undefined);
    document.addEventListener("visibilitychange", look);
    this.ends = [chat.status.subscribe(({ kind }) => this.tabs.able(kind === "online")), chat.client.on("event", (event) => this.heard(event)), chat.open.subscribe(look), () => document.removeEventListener("visibilitychange", look)];
  }

  close(): void {
    for (const end of this.ends) end();
    this.tabs.close();
  }

  private heard(told: TheirEvent): void {
    if (told.event !== "new_message" || told["author"] === this.chat.user.id) return;
    const message = decodeLogEvent(told.event, told);
    if (message?.event !== "new_message" || message.deleted) return;
    if (Date.parse(message.timestamp) < this.chat.serverNow() - NEWS_MS) return;
    if (this.isWanted(message)) return this.tellOnce(message);
    // Only of a thread that is followed may it be wanted all the same; whether it is may have to be asked.
    const { roomId, parent } = message;
    if (parent === undefined || !this.isWanted(message, true)) return;
    void this.chat.threads.follows(roomId, parent).then((isFollowed) => isFollowed && this.tellOnce(message));
  }

  /** Public rooms that are not one's own are followed for the list's sake: nobody asked to be told of those. */
  private isWanted({ roomId, mentions }: NewMessage, inThread = false): boolean {
    const room = this.chat.rooms.peek().get(roomId);
    const mine = room?.mine.peek();
    return mine !== undefined && wants(mine.alerts, room?.info.peek().type ?? "public", mentions ?? [], this.chat.user.id, this.chat.serverNow(), inThread);
  }

  private tellOnce(message: NewMessage): void {
    this.tabs.hear(`${message.roomId}/${message.seq}`, () => this.tell(message).catch(() => undefined));
  }

  private async tell(message: NewMessage): Promise<void> {
    if (await this.tabs.sees(message.roomId)) return;
    await show(message, this.titleOf(message), this.sound() || isSilent());
  }

  private sound(): boolean {
    const now = performance.now();
    if (now - this.soundedAt < SOUND_EVERY_MS) return true;
    this.soundedAt = now;
    return playSound();
  }

  private titleOf({ roomId, author, authorName }: NewMessage): string {
    const room = this.chat.rooms.peek().get(roomId);
    const name = authorName || author;
    return room && room.info.peek().type !== "direct" ? t("titleInRoom", { name, room: room.name.peek() }) : name;
  }
}

/** Shows a notification where the person has given leave. Of one room one stands. */
async function show({ roomId, seq, text, attachments }: NewMessage, title: string, silent: boolean): Promise<void> {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const whole = plainText(text).replace(/\s+/gu, " ").trim() || filesText(attachments?.length ?? 0);
  const options = { body: [...whole].slice(0, MOST_TEXT).join(""), tag: `room:${roomId}`, renotify: true, icon: "/favicon.svg", silent, data: { roomId, seq } };
  // The worker's outlive the page, and are clicked also on phones, whose browsers know no others.
  const registration = await navigator.serviceWorker?.getRegistration("/").catch(() => undefined);
  if (registration?.active) return registration.showNotification(title, options).catch(() => undefined);
  const shown = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    goToMessage(roomId, seq);
    shown.close();
  };
}

// What is chosen to be sent, by room and thread: it is there when one comes back to it.

import { effect } from "@preact/signals";
import type { Chat } from "../chat/chat";
import { RoomFiles } from "./files";
import { Uploads } from "./uploads";

export interface Tray {
  readonly files: RoomFiles;
  readonly uploads: Uploads;
}

export class Trays {
  private readonly trays = new Map<string, Tray>();
  /** Those with files that are not sent, which nothing keeps once the page goes. */
  private readonly filled = new Set<Uploads>();
  private readonly ends: (() => void)[] = [];

  constructor(private readonly chat: Chat) {}

  /** thread: the message whose answers are shown; absent: of the room itself. */
  of(roomId: string, thread = 0): Tray {
    const key = `${roomId}/${thread}`;
    const known = this.trays.get(key);
    if (known) return known;
    const files = new RoomFiles(roomId, this.chat.client);
    const made = { files, uploads: new Uploads(files, () => this.chat.client.limits?.maxFileSize ?? 0) };
    this.trays.set(key, made);
    this.ends.push(effect(() => this.note(roomId, made.uploads)));
    return made;
  }

  /** Ends what is on its way: nobody is signed in any more. */
  stop(): void {
    for (const end of this.ends) end();
    removeEventListener("beforeunload", ask);
    for (const { uploads } of this.trays.values()) uploads.stop();
  }

  /** A page that listens where nothing is to be lost would be kept out of the browser's back/forward cache. */
  private note(roomId: string, uploads: Uploads): void {
    if (uploads.list.value.length > 0 && this.isOfUse(roomId)) this.filled.add(uploads);
    else this.filled.delete(uploads);
    if (this.filled.size > 0) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  }

  /** What was chosen for a room that one is out of can be sent nowhere; as long as one looks at it one may save its names. */
  private isOfUse(roomId: string): boolean {
    const room = this.chat.rooms.value.get(roomId);
    return room !== undefined && (room.presence.value.kind !== "refused" || this.chat.open.value === room);
  }
}

/** Has the browser ask before the page goes. */
function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

// What is chosen to be sent, by room: it is there when one comes back to a room.

import type { Chat } from "../chat/chat";
import { RoomFiles } from "./files";
import { Uploads } from "./uploads";

export interface Tray {
  readonly files: RoomFiles;
  readonly uploads: Uploads;
}

export class Trays {
  private readonly rooms = new Map<string, Tray>();

  constructor(private readonly chat: Chat) {}

  of(roomId: string): Tray {
    const known = this.rooms.get(roomId);
    if (known) return known;
    const files = new RoomFiles(roomId, this.chat.client);
    const made = { files, uploads: new Uploads(files, () => this.chat.client.limits?.maxFileSize ?? 0) };
    this.rooms.set(roomId, made);
    return made;
  }

  /** Ends what is on its way: nobody is signed in any more. */
  stop(): void {
    for (const { uploads } of this.rooms.values()) uploads.stop();
  }
}

// What is chosen to be sent, by room and thread: it is there when one comes back to it.

import type { Chat } from "../chat/chat";
import { RoomFiles } from "./files";
import { Uploads } from "./uploads";

export interface Tray {
  readonly files: RoomFiles;
  readonly uploads: Uploads;
}

export class Trays {
  private readonly trays = new Map<string, Tray>();

  constructor(private readonly chat: Chat) {}

  /** thread: the message whose answers are shown; absent: of the room itself. */
  of(roomId: string, thread = 0): Tray {
    const key = `${roomId}/${thread}`;
    const known = this.trays.get(key);
    if (known) return known;
    const files = new RoomFiles(roomId, this.chat.client);
    const made = { files, uploads: new Uploads(files, () => this.chat.client.limits?.maxFileSize ?? 0) };
    this.trays.set(key, made);
    return made;
  }

  /** Ends what is on its way: nobody is signed in any more. */
  stop(): void {
    for (const { uploads } of this.trays.values()) uploads.stop();
  }
}

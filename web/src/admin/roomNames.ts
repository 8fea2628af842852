// What rooms are called that the chat's own list does not hold: an admin sees reports of private rooms, too.

import { signal } from "@preact/signals";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/admin";
import type { AdminRequests } from "./requests";

export class RoomNames {
  private readonly found = signal<ReadonlyMap<string, string>>(new Map());
  private readonly asked = new Set<string>();

  constructor(
    private readonly chat: Chat,
    private readonly requests: AdminRequests,
  ) {}

  /** A room's name, its id while it is not known. Read in a component, it follows. */
  name(id: string): string {
    if (isDirect(id)) return t("directConversation");
    const known = this.chat.rooms.value.get(id)?.name.value ?? this.found.value.get(id);
    if (known === undefined) this.ask(id);
    return known ?? id;
  }

  private ask(id: string): void {
    if (this.asked.has(id)) return;
    this.asked.add(id);
    this.requests.room(id).then(
      ({ name }) => {
        this.found.value = new Map(this.found.peek()).set(id, name);
      },
      () => undefined, // the id says it, too
    );
  }
}

/** Whether an id is that of the room of two people, which nobody else may enter. */
export function isDirect(roomId: string): boolean {
  return roomId.startsWith("dm:");
}

import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/rooms";
import { MAX_ROOM_NAME } from "../protocol";
import { Field } from "../session/fields";
import { Avatar, RoomMark } from "../ui/Avatar";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { roomIdOf } from "./name";
import { useFound } from "./useFound";

interface FindRoomProps {
  chat: Chat;
  onOpen: (roomId: string) => void;
  onClose: () => void;
}

/** Finds a public room, or one of ours, by its name; or opens the one of that id, which begins with it where rooms are open. */
export function FindRoom({ chat, onOpen, onClose }: FindRoomProps) {
  const [query, setQuery] = useState("");
  const found = useFound(query.trim(), async (text) => (await chat.requests.find(text)).items);
  const id = roomIdOf(query);
  const isThere = found.items.some((room) => room.id === id);
  const open = () => {
    const only = found.items.length === 1 ? found.items[0]?.id : undefined;
    if (isThere || only === undefined) return id !== "" && onOpen(id);
    return onOpen(only);
  };
  return (
    <Dialog title={t("find")} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          open();
        }}
      >
        <Field label={t("name")} value={query} onInput={setQuery} autocomplete="off" maxLength={MAX_ROOM_NAME} autoFocus />
      </form>
      <p class="hidden" role="status">
        {found.kind === "ready" && t("roomsFoundCount", { count: found.items.length })}
      </p>
      {found.kind === "failed" && (
        <p class="form-error" role="alert">
          {found.message}
        </p>
      )}
      <ul class="picks" aria-label={t("roomsFound")}>
        {found.items.map((room) => {
          const name = chat.rooms.value.get(room.id)?.name.value ?? room.name;
          return (
            <li key={room.id}>
              <button type="button" class="pick" onClick={() => onOpen(room.id)}>
                {room.type === "direct" ? <Avatar id={room.userId ?? room.id} name={name} /> : <RoomMark id={room.id} name={name} />}
                <span class="pick-text">
                  <bdi class="pick-name">{name}</bdi>
                  {room.topic && (
                    <span class="pick-more" dir="auto">
                      {room.topic}
                    </span>
                  )}
                </span>
                {room.type === "private" && <Icon name="lock" size={16} />}
              </button>
            </li>
          );
        })}
      </ul>
      {found.kind === "ready" && found.items.length === 0 && <p class="dialog-text">{t("noneFound")}</p>}
      {id !== "" && !isThere && (
        <button type="button" class="button-plain" onClick={() => onOpen(id)}>
          {t("openId", { id })}
        </button>
      )}
    </Dialog>
  );
}

import { useEffect } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { WithParts } from "../details/WithParts";
import { t } from "../i18n/en/timeline";
import { words } from "../i18n/words";
import type { RoomFiles } from "./files";

interface LightboxPlaceProps {
  chat: Chat;
  room: RoomState;
  files: RoomFiles;
}

/** Where a room's images are shown large. It stands outside the messages: what one looks at stays when they scroll, until its message is deleted. */
export function LightboxPlace({ chat, room, files }: LightboxPlaceProps) {
  const viewed = files.viewed.value;
  const close = () => {
    files.viewed.value = undefined;
  };
  useEffect(() => close, [files]);
  const isDeleted = viewed !== undefined && room.log.value.changes.some((change) => change.event === "message_deleted" && change.target === viewed.seq);
  useEffect(() => {
    if (!isDeleted) return;
    close();
    chat.say(words(() => t("deleted")));
  }, [isDeleted]);
  if (!viewed) return null;
  return <WithParts onClose={close}>{({ Lightbox }) => <Lightbox files={files} viewed={viewed} onClose={close} />}</WithParts>;
}

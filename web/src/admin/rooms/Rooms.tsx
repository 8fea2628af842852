import { useState } from "preact/hooks";
import { periodText } from "../../details/periods";
import { t } from "../../i18n/en/admin";
import { MAX_ROOM_NAME, type RoomRow } from "../../protocol";
import { goTo, goToAdmin, roomPath } from "../../route";
import { RoomMark } from "../../ui/Avatar";
import { followHere } from "../../ui/followHere";
import { Icon } from "../../ui/Icon";
import { dateAndTime } from "../../ui/time";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import type { ScreenProps } from "../screen";
import { SearchRow } from "../SearchRow";
import { useList } from "../useList";
import { MembersDialog } from "./MembersDialog";

/** Every room but direct ones: what it is, who is in it, and the way to all else about it. */
export function Rooms({ chat, requests }: ScreenProps) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState<RoomRow>();
  const list = useList<RoomRow>(text, chat.status.value.kind === "online", (last) => requests.rooms(text, last));
  return (
    <section class="admin-screen" tabIndex={-1} aria-label={t("partRooms")} aria-busy={list.busy}>
      <div class="admin-tools">
        <SearchRow label={t("nameOrId")} maxLength={MAX_ROOM_NAME} onSearch={setText} />
        <Freshness list={list} listed="listRooms" />
      </div>
      <ul class="admin-rows" tabIndex={-1} aria-label={t("partRooms")}>
        {list.items.map((room) => (
          <li key={room.id} class="admin-row" data-row={room.id}>
            <RoomMark id={room.id} name={room.name} />
            <span class="admin-row-text">
              <a
                class="admin-row-name"
                href={roomPath(room.id)}
                onClick={followHere(() => goTo(room.id))}
              >
                <bdi>{room.name}</bdi>
              </a>
              <span class="admin-row-more">{factsOf(room)}</span>
            </span>
            <span class="admin-row-actions">
              <button type="button" class="button-plain" aria-haspopup="dialog" onClick={() => setOpen(room)}>
                <Icon name="people" size={18} />
                {t("members")}
              </button>
              <button type="button" class="button-plain" onClick={() => goToAdmin({ part: "reports", roomId: room.id })}>
                <Icon name="shield" size={18} />
                {t("moderate")}
              </button>
            </span>
          </li>
        ))}
      </ul>
      <ListEnd list={list} listed="listRooms" empty={<Empty icon="rooms" title={t(text === "" ? "noRoom" : "noRoomCalledSo")} />} />
      {open && <MembersDialog chat={chat} requests={requests} room={open} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

function factsOf(room: RoomRow): string {
  const facts = [
    t(room.type === "private" ? "privateRoom" : "publicRoom"),
    room.archived && t("archived"),
    room.readOnly && t("readOnly"),
    room.slowModeMs > 0 && t("slowMode", { period: periodText(room.slowModeMs) }),
    t("eventCount", { count: room.lastSeq }),
    room.last ? t("lastMessage", { date: dateAndTime(Date.parse(room.last.timestamp)) }) : t("noMessage"),
  ];
  return facts.filter((fact) => fact !== false).join(" · ");
}

import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/admin";
import { goToAdmin } from "../route";
import { AccountMenu } from "../session/AccountMenu";
import type { SessionStore } from "../session/session";
import { Icon } from "../ui/Icon";
import { SelectField } from "../ui/SelectField";
import { RoomsLink, SidebarHead } from "../ui/SidebarHead";
import { AdminLink } from "./AdminLink";
import { moderated } from "./moderated";
import { isAdmin, type Part, partsFor } from "./places";
import type { RoomNames } from "./roomNames";

interface AdminNavProps {
  chat: Chat;
  session: SessionStore;
  names: RoomNames;
  title: string;
  parts: readonly Part[];
  current: Part | undefined;
  roomId: string | undefined;
  onOpened: () => void;
  onClose: (() => void) | undefined;
}

/** Which rooms it is about, what there is to see of them, and the way back to the rooms. */
export function AdminNav({ chat, session, names, title, parts, current, roomId, onOpened, onClose }: AdminNavProps) {
  return (
    <>
      <SidebarHead title={title} onClose={onClose}>
        <RoomsLink roomId={roomId} />
      </SidebarHead>
      <Where chat={chat} names={names} current={current} roomId={roomId} />
      <nav class="room-list" aria-label={title}>
        {parts.length === 0 && moderated(chat).length > 0 && <p class="admin-hint">{t("chooseRoomHint")}</p>}
        <ul>
          {parts.map((part) => (
            <li key={part.id}>
              <AdminLink class="room-row" to={{ part: part.id, roomId }} current={part === current} onOpened={onOpened}>
                <Icon name={part.icon} />
                <span class="room-row-name">{t(part.name)}</span>
              </AdminLink>
            </li>
          ))}
        </ul>
      </nav>
      <footer class="sidebar-foot">
        <AccountMenu chat={chat} session={session} />
      </footer>
    </>
  );
}

/** Chooses all rooms or one. Nothing for those who have nothing to choose from. */
function Where({ chat, names, current, roomId }: Pick<AdminNavProps, "chat" | "names" | "current" | "roomId">) {
  const all = moderated(chat).map((room) => ({ value: room.id, label: room.name.value }));
  const admin = isAdmin(chat.user);
  if (!admin && all.length === 0) return null;
  const first = { value: "", label: t(admin ? "allRooms" : "chooseRoom") };
  const other = admin && roomId !== undefined && !all.some(({ value }) => value === roomId) ? [{ value: roomId, label: names.name(roomId) }] : [];
  return (
    <div class="admin-where">
      <SelectField
        label={t("about")}
        value={roomId ?? ""}
        options={[first, ...other, ...all]}
        onChange={(chosen) => {
          const to = chosen === "" ? undefined : chosen;
          const role = to === undefined ? undefined : chat.rooms.peek().get(to)?.info.peek().role;
          const stays = partsFor(chat.user, to !== undefined, role).some((part) => part === current);
          goToAdmin({ part: stays && current ? current.id : to === undefined ? "" : "reports", roomId: to });
        }}
      />
    </div>
  );
}

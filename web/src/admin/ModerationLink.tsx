import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/ways";
import { Icon } from "../ui/Icon";
import { AdminLink } from "./AdminLink";
import { moderated } from "./moderated";
import { isAdmin } from "./places";

/** The way to the screens of admins, or of those who moderate a room. Nobody else sees one. */
export function ModerationLink({ chat }: { chat: Chat }) {
  const admin = isAdmin(chat.user);
  if (!admin && moderated(chat).length === 0) return null;
  return (
    <AdminLink class="account-action" to={{ part: "", roomId: undefined }}>
      <Icon name="shield" size={18} />
      {t(admin ? "administration" : "moderation")}
    </AdminLink>
  );
}

/** The same from the details of a room that we moderate; owns: what its owners have besides. */
export function RoomModeration({ room, owns }: { room: string; owns: boolean }) {
  return (
    <div class="room-moderation">
      <AdminLink class="button-plain" to={{ part: "reports", roomId: room }}>
        <Icon name="flag" size={18} />
        {t("reports")}
      </AdminLink>
      <AdminLink class="button-plain" to={{ part: "audit", roomId: room }}>
        <Icon name="list" size={18} />
        {t("audit")}
      </AdminLink>
      {owns && (
        <AdminLink class="button-plain" to={{ part: "bots", roomId: room }}>
          <Icon name="key" size={18} />
          {t("programs")}
        </AdminLink>
      )}
    </div>
  );
}

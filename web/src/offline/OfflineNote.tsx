import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/offline";
import { Icon } from "../ui/Icon";
import { dayAndTime } from "../ui/time";

/** Says that what one sees was kept, and as of when. */
export function OfflineNote({ room }: { room: RoomState }) {
  const keptAt = room.keptAt.value;
  return (
    <div role="status">
      {keptAt !== undefined && (
        <p class="offline-note">
          <Icon name="clock" size={18} />
          <span>
            <strong>{t("offline")}</strong> {t("kept", { time: dayAndTime(keptAt) })}
          </span>
        </p>
      )}
    </div>
  );
}

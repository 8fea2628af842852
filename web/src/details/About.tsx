import { useState } from "preact/hooks";
import { RoomModeration } from "../admin/ModerationLink";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/details";
import { t as rooms } from "../i18n/en/rooms";
import { mayManage, mayModerate, roleName } from "../rooms/rights";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Icon } from "../ui/Icon";
import { periodText } from "./periods";
import { SettingsForm } from "./SettingsForm";

interface AboutProps {
  chat: Chat;
  room: RoomState;
  onClose: () => void;
}

/** What the room is, its settings for those who may change them, and the way out. */
export function About({ chat, room, onClose }: AboutProps) {
  const [leaving, setLeaving] = useState(false);
  const info = room.info.value;
  const leave = async () => {
    const refusal = await refusalOf(chat.requests.setMember({ roomId: room.id, userId: chat.user.id, role: null }));
    if (refusal !== undefined) return refusal;
    onClose();
    return undefined;
  };
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{t("kind")}</dt>
          <dd>{t(info.type === "private" ? "kindPrivate" : "kindPublic")}</dd>
        </div>
        {info.role && (
          <div>
            <dt>{t("youAre")}</dt>
            <dd>{roleName(info.role)}</dd>
          </div>
        )}
        {!mayManage(info) && info.topic !== "" && (
          <div>
            <dt>{rooms("topic")}</dt>
            <dd dir="auto">{info.topic}</dd>
          </div>
        )}
        {!mayModerate(info) && info.slowModeMs > 0 && (
          <div>
            <dt>{t("slowMode")}</dt>
            <dd>{t("slowModeText", { period: periodText(info.slowModeMs) })}</dd>
          </div>
        )}
      </dl>
      {mayModerate(info) && <SettingsForm chat={chat} room={room} />}
      {mayModerate(info) && <RoomModeration room={room.id} owns={mayManage(info)} />}
      <button type="button" class="button-plain button-leave" onClick={() => setLeaving(true)}>
        <Icon name="leave" size={18} />
        {t("leave")}
      </button>
      {leaving && (
        <ConfirmDialog
          title={t("leaveTitle")}
          text={t(info.type === "public" ? "leavePublic" : "leavePrivate")}
          action={t("leaveAction")}
          keep={t("stay")}
          onConfirm={leave}
          onClose={() => setLeaving(false)}
        />
      )}
    </>
  );
}

import { useState } from "preact/hooks";
import { RoomModeration } from "../admin/ModerationLink";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { mayManage, mayModerate, roleNames } from "../rooms/rights";
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
          <dt>Kind</dt>
          <dd>{info.type === "private" ? "Private: only members know of it" : "Public: everyone can join"}</dd>
        </div>
        {info.role && (
          <div>
            <dt>You are</dt>
            <dd>{roleNames[info.role]}</dd>
          </div>
        )}
        {!mayManage(info) && info.topic !== "" && (
          <div>
            <dt>Topic</dt>
            <dd dir="auto">{info.topic}</dd>
          </div>
        )}
        {!mayModerate(info) && info.slowModeMs > 0 && (
          <div>
            <dt>Slow mode</dt>
            <dd>{periodText(info.slowModeMs)} between two messages</dd>
          </div>
        )}
      </dl>
      {mayModerate(info) && <SettingsForm chat={chat} room={room} />}
      {mayModerate(info) && <RoomModeration room={room.id} owns={mayManage(info)} />}
      <button type="button" class="button-plain button-leave" onClick={() => setLeaving(true)}>
        <Icon name="leave" size={18} />
        Leave this room
      </button>
      {leaving && (
        <ConfirmDialog
          title="Leave this room?"
          text={info.type === "public" ? "You can come back whenever you like." : "You can only come back when somebody adds or invites you."}
          action="Leave"
          keep="Stay"
          onConfirm={leave}
          onClose={() => setLeaving(false)}
        />
      )}
    </>
  );
}

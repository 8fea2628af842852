import { useMemo } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import type { Drafts } from "../composer/drafts";
import { EditForm, type Left } from "../composer/EditForm";
import { useEditing } from "../composer/useEditing";
import { whyNotWrite } from "../rooms/rights";
import { type EditedRow, leaveEditField } from "./useEditInSight";

interface Editable {
  /** What is edited here, where one may write; undefined: nothing. */
  edited: EditedRow | undefined;
  begin: (message: { seq: number; text: string }) => void;
  show: () => void;
}

/** The message that is given another text at a place (useEditing), with the form for it. composerId: of the field beside, which takes the focus when it ends. */
export function useEditedRow(chat: Chat, room: RoomState, place: string, drafts: Drafts, composerId: string): Editable {
  const { edited, asked, begin, show, type, end } = useEditing(place, drafts);
  const left = useMemo((): Left => ({}), [place, edited?.seq]);
  if (!edited || whyNotWrite(room.info.value) !== undefined) return { edited: undefined, begin, show };
  const { seq, before, text } = edited;
  const form = (
    <EditForm
      key={`edit-${room.id}/${seq}`}
      id={`${composerId}-edit`}
      before={before}
      text={text}
      maxLength={chat.maxTextLength.value}
      left={left}
      onType={type}
      onSave={(next) => chat.edit(room, seq, next)}
      onClose={() => {
        end(seq);
        leaveEditField(composerId);
      }}
    />
  );
  return { edited: { seq, form, asked }, begin, show };
}

import { useRef, useState } from "preact/hooks";
import { newId } from "../../client/src/id";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/rooms";
import { MAX_ROOM_NAME, MAX_ROOM_TOPIC } from "../protocol";
import { Field, Form } from "../session/fields";
import { Dialog } from "../ui/Dialog";

interface CreateRoomProps {
  chat: Chat;
  onOpen: (roomId: string) => void;
  onClose: () => void;
}

/** Makes a room whose owner we are. */
export function CreateRoom({ chat, onOpen, onClose }: CreateRoomProps) {
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [isPrivate, setPrivate] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const clientId = useRef(newId()); // pressed twice, it is one room
  const submit = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const room = await chat.requests.create({ name: name.trim(), type: isPrivate ? "private" : "public", topic: topic.trim(), clientId: clientId.current });
      chat.adopt(room);
      onOpen(room.id);
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("create")} onClose={onClose}>
      <Form action={t("createAction")} busy={busy} error={error} onSubmit={() => void submit()}>
        <Field label={t("name")} value={name} onInput={setName} autocomplete="off" maxLength={MAX_ROOM_NAME} required autoFocus />
        <Field label={t("topic")} value={topic} onInput={setTopic} autocomplete="off" maxLength={MAX_ROOM_TOPIC} hint={t("topicHint")} />
        <fieldset class="choices">
          <legend>{t("whoReads")}</legend>
          <label class="choice">
            <input type="radio" name="room-type" checked={!isPrivate} onChange={() => setPrivate(false)} />
            <span>
              <b>{t("public")}</b>
              <span class="hint">{t("publicHint")}</span>
            </span>
          </label>
          <label class="choice">
            <input type="radio" name="room-type" checked={isPrivate} onChange={() => setPrivate(true)} />
            <span>
              <b>{t("private")}</b>
              <span class="hint">{t("privateHint")}</span>
            </span>
          </label>
        </fieldset>
      </Form>
    </Dialog>
  );
}

import { useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/rooms";
import type { Profile } from "../protocol";
import { Dialog } from "../ui/Dialog";
import { PersonSearch } from "./PersonSearch";

interface NewDirectProps {
  chat: Chat;
  onOpen: (roomId: string) => void;
  onClose: () => void;
}

/** Opens the one direct room with somebody. */
export function NewDirect({ chat, onOpen, onClose }: NewDirectProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const pick = async ({ id }: Profile) => {
    setBusy(true);
    setError(undefined);
    try {
      const room = await chat.requests.openDirect(id);
      chat.adopt(room);
      onOpen(room.id);
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("newDirect")} onClose={onClose}>
      <PersonSearch chat={chat} label={t("toWhom")} busy={busy} autoFocus onPick={(person) => void pick(person)} />
      <p class="form-error" role="alert">
        {error}
      </p>
    </Dialog>
  );
}

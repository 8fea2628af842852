import { useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { ChatError } from "../../client/src/index";
import { t } from "../i18n/en/session";
import { goTo, invitation } from "../route";
import { Dialog } from "../ui/Dialog";

/** Asks whoever came by an invitation's link, and is signed in, whether to join. */
export function AcceptInvitation({ chat, token }: { chat: Chat; token: string }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const online = chat.status.value.kind === "online";
  const close = () => {
    invitation.value = undefined;
  };
  const accept = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const room = await chat.requests.acceptInvitation(token);
      chat.adopt(room);
      close();
      goTo(room.id);
    } catch (failure) {
      setError(wordsOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("invited")} onClose={close}>
      <p class="dialog-text">{t("invitedText")}</p>
      <p class="form-error" role="alert">
        {error}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button-plain" onClick={close}>
          {t("notNow")}
        </button>
        <button type="button" class="button" disabled={busy || !online} onClick={() => void accept()}>
          {t("join")}
        </button>
      </div>
    </Dialog>
  );
}

function wordsOf(failure: unknown): string {
  if (!(failure instanceof ChatError)) return messageOf(failure);
  if (failure.code === "NOT_FOUND") return t("invitationBad");
  if (failure.code === "GONE") return t("invitationOver");
  if (failure.code === "FORBIDDEN") return t("invitationForbidden");
  return messageOf(failure);
}

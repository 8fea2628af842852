import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/session";
import { signOut } from "../push/usePush";
import { Dialog } from "../ui/Dialog";
import { AccountForm, TokenForm } from "./forms";
import type { SessionStore } from "./session";
import { isAccount } from "./token";

/** Signs the same user in again without leaving the page: what was typed stays, what waits is sent then. */
export function Renewal({ chat, session, onClose }: { chat: Chat; session: SessionStore; onClose?: () => void }) {
  const [error, setError] = useState<string>();
  const { user } = chat;

  const take = (token: string) => {
    if (!session.renew(token)) return setError(t("somebodyElse", { name: user.name }));
    setError(undefined);
    chat.renewed();
    onClose?.();
  };

  return (
    <Dialog title={t(onClose ? "endsSoon" : "hasEnded")} {...(onClose ? { onClose } : {})}>
      <p class="dialog-text">{explanation(user.id, user.name)}</p>
      {isAccount(user.id) && <AccountForm onToken={take} only={user.name} />}
      {!isAccount(user.id) && !user.id.startsWith("g:") && <TokenForm onToken={take} />}
      <p class="form-error" role="alert">
        {error}
      </p>
      <button type="button" class="button-plain" onClick={() => signOut(session)}>
        {t("signOut")}
      </button>
    </Dialog>
  );
}

function explanation(id: string, name: string): string {
  if (id.startsWith("g:")) return t("guestEnds");
  return t("goOn", { name });
}

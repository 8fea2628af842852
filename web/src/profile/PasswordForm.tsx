import { useState } from "preact/hooks";
import { call } from "../api";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/profile";
import { MIN_PASSWORD } from "../protocol";
import { signOut } from "../push/usePush";
import { Field, Form } from "../session/fields";
import type { SessionStore } from "../session/session";
import { type PasswordRefusal, passwordRefusal } from "./refusals";

/** Gives the account another password. All its sessions end by that, this one too. */
export function PasswordForm({ chat, session }: { chat: Chat; session: SessionStore }) {
  const [password, setPassword] = useState("");
  const [next, setNext] = useState("");
  const [isShown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<PasswordRefusal>({});
  const type = isShown ? "text" : "password";
  const typed = (set: (value: string) => void) => (value: string) => {
    setRefusal({});
    set(value);
  };

  const change = async () => {
    setBusy(true);
    setRefusal({});
    try {
      await call("PUT", "/api/auth/password", chat.session.token, { password, newPassword: next });
    } catch (error) {
      setRefusal(passwordRefusal(error));
      setBusy(false);
      return;
    }
    // That the session has ended may have come sooner than the answer.
    session.ended.value = "passwordChanged";
    if (session.current.peek() === chat.session) signOut(session);
  };
  return (
    <section class="profile-password">
      <h3 class="panel-title">{t("password")}</h3>
      <p class="dialog-text">{t("passwordAbout")}</p>
      <Form action={t("change")} busy={busy} error={refusal.form} onSubmit={() => void change()}>
        {/* By which a password manager knows whose password it is. */}
        <input type="text" name="username" autocomplete="username" value={chat.user.name} readOnly hidden />
        <Field label={t("present")} type={type} value={password} onInput={typed(setPassword)} autocomplete="current-password" required error={refusal.password} />
        <Field label={t("next")} type={type} value={next} onInput={typed(setNext)} autocomplete="new-password" required hint={t("nextHint", { least: MIN_PASSWORD })} error={refusal.next} />
        <label class="checkbox">
          <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.currentTarget.checked)} />
          {t("show")}
        </label>
      </Form>
    </section>
  );
}

// The three ways in. Each ends with a token given to onToken.

import { useState } from "preact/hooks";
import { call, register, signIn, signInAsGuest } from "../api";
import { ChatError } from "../../client/src/index";
import { messageOf } from "../chat/asking";
import { t } from "../i18n/en/session";
import { Field, Form } from "./fields";
import { readToken } from "./token";

const SECOND = 1000; // ms
const MINUTE = 60 * SECOND;
const LONG_S = 120; // from then on minutes say it well enough
/** What whoever is signed in may ask, and costs little. */
const ANY_PATH = "/api/rooms?limit=1";

type OnToken = (token: string) => void;

/** Runs one attempt at a time and keeps why the last one failed. */
function useAttempt(): { busy: boolean; error: string | undefined; attempt: (work: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const attempt = (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    work()
      .catch(setFailure)
      .finally(() => setBusy(false));
  };
  return { busy, error: failure === undefined ? undefined : wordsOf(failure), attempt };
}

export function GuestForm({ onToken }: { onToken: OnToken }) {
  const [name, setName] = useState("");
  const { busy, error, attempt } = useAttempt();
  return (
    <Form action={t("joinAsGuest")} busy={busy} error={error} onSubmit={() => attempt(async () => onToken((await signInAsGuest(name.trim())).token))}>
      <Field label={t("yourName")} value={name} onInput={setName} autocomplete="nickname" maxLength={64} required hint={t("guestHint")} />
    </Form>
  );
}

interface AccountFormProps {
  onToken: OnToken;
  /** Signs this account in again: its name is fixed and none can be made. */
  only?: string;
}

export function AccountForm({ onToken, only }: AccountFormProps) {
  const [name, setName] = useState(only ?? "");
  const [password, setPassword] = useState("");
  const [isNew, setNew] = useState(false);
  const { busy, error, attempt } = useAttempt();
  const submit = async () => onToken((await (isNew ? register : signIn)(name.trim(), password)).token);
  return (
    <>
      <Form action={t(isNew ? "createAccount" : "signIn")} busy={busy} error={error} onSubmit={() => attempt(submit)}>
        <Field label={t("name")} value={name} onInput={setName} autocomplete="username" maxLength={64} required readOnly={only !== undefined} />
        <Field
          label={t("password")}
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete={isNew ? "new-password" : "current-password"}
          maxLength={256}
          required
          {...(isNew ? { hint: t("passwordHint") } : {})}
        />
      </Form>
      {only === undefined && (
        <p class="form-switch">
          {t(isNew ? "haveAccount" : "newHere")}{" "}
          <button type="button" class="button-link" onClick={() => setNew(!isNew)}>
            {t(isNew ? "signIn" : "createAnAccount")}
          </button>
        </p>
      )}
    </>
  );
}

export function TokenForm({ onToken }: { onToken: OnToken }) {
  const [token, setToken] = useState("");
  const { busy, error, attempt } = useAttempt();
  const submit = async () => {
    const trimmed = token.trim();
    if (!readToken(trimmed)) throw new BadToken(() => t("noToken"));
    // Whether it is over is asked of the server: this device's clock may be hours off.
    await call("GET", ANY_PATH, trimmed).catch((error: unknown) => {
      if (!(error instanceof ChatError) || !error.aboutToken) return; // the connection will tell
      throw new BadToken(() => (error.code === "TOKEN_EXPIRED" ? t("tokenExpired") : messageOf(error)));
    });
    onToken(trimmed);
  };
  return (
    <Form action={t("signInToken")} busy={busy} error={error} onSubmit={() => attempt(submit)}>
      <Field label={t("token")} type="password" value={token} onInput={setToken} autocomplete="off" required hint={t("tokenHint")} />
    </Form>
  );
}

/** What was pasted is of no use; why, in the language of the page. */
class BadToken extends Error {
  constructor(readonly why: () => string) {
    super();
  }
}

function wordsOf(failure: unknown): string {
  if (failure instanceof ChatError && failure.code === "UNAUTHENTICATED") return t("wrongPassword");
  if (failure instanceof ChatError && failure.code === "CONFLICT") return t("nameTaken");
  if (failure instanceof ChatError && failure.reason === "sign_ins") return waitFor(failure.retryAfterMs);
  return failure instanceof BadToken ? failure.why() : messageOf(failure);
}

/** How long who failed too often waits, rounded up: sooner would fail again. */
export function waitFor(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / SECOND));
  return seconds < LONG_S ? t("waitSeconds", { count: seconds }) : t("waitMinutes", { count: Math.ceil(ms / MINUTE) });
}

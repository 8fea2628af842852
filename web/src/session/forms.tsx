// The three ways in. Each ends with a token given to onToken.

import { useState } from "preact/hooks";
import { register, signIn, signInAsGuest } from "../api";
import { ChatError } from "../../client/src/index";
import { Field, Form } from "./fields";
import { readToken } from "./token";

type OnToken = (token: string) => void;

/** Runs one attempt at a time and keeps why the last one failed. */
function useAttempt(): { busy: boolean; error: string | undefined; attempt: (work: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const attempt = (work: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    work()
      .catch((failure: unknown) => setError(sentence(failure)))
      .finally(() => setBusy(false));
  };
  return { busy, error, attempt };
}

export function GuestForm({ onToken }: { onToken: OnToken }) {
  const [name, setName] = useState("");
  const { busy, error, attempt } = useAttempt();
  return (
    <Form action="Join as a guest" busy={busy} error={error} onSubmit={() => attempt(async () => onToken((await signInAsGuest(name.trim())).token))}>
      <Field label="Your name" value={name} onInput={setName} autocomplete="nickname" maxLength={64} required hint="What others see. A guest's session lasts 12 hours." />
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
      <Form action={isNew ? "Create account" : "Sign in"} busy={busy} error={error} onSubmit={() => attempt(submit)}>
        <Field label="Name" value={name} onInput={setName} autocomplete="username" maxLength={64} required readOnly={only !== undefined} />
        <Field
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete={isNew ? "new-password" : "current-password"}
          maxLength={256}
          required
          {...(isNew ? { hint: "A few words that you have used nowhere else are best." } : {})}
        />
      </Form>
      {only === undefined && (
        <p class="form-switch">
          {isNew ? "Have an account already?" : "New here?"}{" "}
          <button type="button" class="button-link" onClick={() => setNew(!isNew)}>
            {isNew ? "Sign in" : "Create an account"}
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
    const claims = readToken(trimmed);
    if (!claims) throw new Error("That is no token: it has three parts with dots between them.");
    if (claims.expiresAt <= Date.now()) throw new Error("That token has expired. Get a new one.");
    onToken(trimmed);
  };
  return (
    <Form action="Sign in with the token" busy={busy} error={error} onSubmit={() => attempt(submit)}>
      <Field label="Token" type="password" value={token} onInput={setToken} autocomplete="off" required hint="A JWT from your own sign-in service, or from the server's token command." />
    </Form>
  );
}

function sentence(failure: unknown): string {
  if (failure instanceof ChatError && failure.code === "UNAUTHENTICATED") return "The name or the password is wrong.";
  const text = failure instanceof Error ? failure.message : "Something went wrong. Try again.";
  return text.charAt(0).toUpperCase() + text.slice(1);
}

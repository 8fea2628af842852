import { useEffect, useRef, useState } from "preact/hooks";
import { authMethods } from "../api";
import { wordsOf } from "../chat/asking";
import { LanguagePicker } from "../i18n/LanguagePicker";
import { t } from "../i18n/en/session";
import { t as ui } from "../i18n/en/ui";
import type { Words } from "../i18n/words";
import type { AuthMethods } from "../protocol";
import { ThemePicker } from "../theme/ThemePicker";
import { Logo } from "../ui/Icon";
import { useKeptFocus } from "../ui/useKeptFocus";
import { AccountForm, GuestForm, TokenForm } from "./forms";
import type { SessionStore } from "./session";

type Way = "guest" | "account" | "token";

/** The first screen: in as a guest, with an account or with a token, as far as the server offers it. */
export function SignIn({ session, notice }: { session: SessionStore; notice: string | undefined }) {
  const [methods, setMethods] = useState<AuthMethods | "loading" | "failed">("loading");
  const [why, setWhy] = useState<Words>(); // it failed
  const [chosen, setChosen] = useState<Way>();
  const [stay, setStay] = useState(true);
  const [unreadable, setUnreadable] = useState(false);

  const load = () => {
    setMethods("loading");
    authMethods().then(setMethods, (error: unknown) => {
      setWhy(wordsOf(error));
      setMethods("failed");
    });
  };
  useEffect(load, []);

  const card = useRef<HTMLDivElement>(null);
  useKeptFocus(card, typeof methods === "string" ? methods : "ways");

  const ways = typeof methods === "string" ? [] : waysOf(methods);
  const again = session.ended.value === "passwordChanged" ? "account" : undefined;
  const way = chosen ?? ways.find((one) => one === again) ?? ways[0];
  const take = (token: string) => {
    // A pasted token is somebody else's to keep; it ends with the tab.
    setUnreadable(!session.signIn(token, stay && way !== "token"));
  };

  return (
    <main class="sign-in">
      <div ref={card} class="sign-in-card">
        <header class="sign-in-head">
          <Logo size={44} />
          <h1>roomstream</h1>
          <p>{t("claim")}</p>
        </header>
        {notice && (
          <p class="note" role="status">
            {notice}
          </p>
        )}
        {methods === "loading" && <div class="spinner" role="status" tabIndex={-1} aria-label={ui("loading")} />}
        {methods === "failed" && (
          <div class="sign-in-failed" role="alert">
            <p>{why?.text}</p>
            <button type="button" class="button" onClick={load}>
              {ui("tryAgain")}
            </button>
          </div>
        )}
        {ways.length > 1 && (
          <div class="segments" role="group" aria-label={t("howTo")}>
            {ways.map((name) => (
              <button key={name} type="button" aria-pressed={name === way} onClick={() => setChosen(name)}>
                {t(name)}
              </button>
            ))}
          </div>
        )}
        {way === "guest" && <GuestForm onToken={take} />}
        {way === "account" && <AccountForm onToken={take} />}
        {way === "token" && <TokenForm onToken={take} />}
        {unreadable && <p role="alert">{t("unreadableAnswer")}</p>}
        {(way === "guest" || way === "account") && (
          <label class="checkbox">
            <input type="checkbox" checked={stay} onChange={(event) => setStay(event.currentTarget.checked)} />
            {t("stay")}
          </label>
        )}
      </div>
      <div class="sign-in-looks">
        <ThemePicker />
        <LanguagePicker />
      </div>
    </main>
  );
}

function waysOf(methods: AuthMethods): Way[] {
  const ways: Way[] = [];
  if (methods.guests) ways.push("guest");
  if (methods.accounts) ways.push("account");
  return [...ways, "token"];
}

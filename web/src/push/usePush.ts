import { useEffect, useMemo } from "preact/hooks";
import { pathOf } from "../../client/src/index";
import { call } from "../api";
import { forgetDrafts } from "../composer/drafts";
import { spoken } from "../i18n/language";
import { isFields } from "../protocol-decode";
import { goTo, goToMessage } from "../route";
import { endAtServer } from "../session/end";
import type { SessionStore } from "../session/session";
import { thisBrowser } from "./device";
import { Push, type PushRequests } from "./push";
import { keepPushWords } from "./words";

/** Web Push of whoever is signed in, at this device, and what its worker has the page do. */
export function usePush(session: SessionStore): Push {
  const user = session.current.value?.user.id ?? "";
  const push = useMemo(() => new Push(thisBrowser, requestsOf(session), user), [session, user]);

  const { tag } = spoken.value;
  useEffect(() => void keepPushWords(), [tag]);

  useEffect(() => {
    void push.start();
    if (!thisBrowser.able) return undefined;
    const told = (event: MessageEvent<unknown>) => {
      if (!isFields(event.data)) return;
      if (event.data["type"] === "push-changed") void push.start();
      if (event.data["type"] !== "open-room") return;
      const { roomId, seq } = event.data;
      if (typeof roomId !== "string") return goTo(undefined);
      if (Number.isSafeInteger(seq) && Number(seq) > 0) goToMessage(roomId, Number(seq));
      else goTo(roomId);
    };
    navigator.serviceWorker.addEventListener("message", told);
    return () => navigator.serviceWorker.removeEventListener("message", told);
  }, [push]);

  return push;
}

/** Ends a session, here and at the server, and with it that this device is told what its user misses, and what he typed and did not send. */
export function signOut(session: SessionStore): void {
  const current = session.current.peek();
  if (current) {
    const { id } = current.user;
    // Leaving takes the token with it before it is forgotten, and needs it to be good still.
    void new Push(thisBrowser, requestsOf(session), id).leave().then(() => endAtServer(current));
    forgetDrafts(id, () => localStorage);
  }
  session.signOut();
}

function requestsOf(session: SessionStore): PushRequests {
  const token = () => session.current.peek()?.token;
  return {
    async devices() {
      const answer = await call("GET", "/api/push/subscriptions", token());
      const { key, subscriptions } = isFields(answer) ? answer : {};
      const ids = Array.isArray(subscriptions) ? subscriptions.flatMap((one) => (isFields(one) && typeof one["id"] === "string" ? one["id"] : [])) : [];
      return { key: typeof key === "string" ? key : undefined, ids };
    },
    put: (subscription) => call("PUT", "/api/push/subscriptions", token(), subscription.toJSON()),
    remover() {
      const now = token();
      return (id) => call("DELETE", pathOf("api", "push", "subscriptions", id), now);
    },
  };
}

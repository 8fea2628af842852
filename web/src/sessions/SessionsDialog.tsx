import "./sessions.css";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type ReadList, useList } from "../admin/useList";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { useServerNow } from "../chat/useServerNow";
import { t } from "../i18n/en/sessions";
import { t as ui } from "../i18n/en/ui";
import { type Words, words } from "../i18n/words";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Dialog } from "../ui/Dialog";
import { clockTime } from "../ui/time";
import { useKeptFocus } from "../ui/useKeptFocus";
import { useToast } from "../ui/useToast";
import { deviceText } from "./agent";
import { SessionCard } from "./SessionCard";
import { type AccountSession, lasting, SessionRequests } from "./sessions";

/** How often the list is read again while somebody looks at it, in ms. Nothing tells of a sign-in, and they are rare. */
const READ_EVERY_MS = 20_000;

/** What is asked about before it is done: one session, or all others. */
type Asking = AccountSession | "others";

/** Where the account is signed in; what is not wanted there is ended, one by one or all others at once. */
export function SessionsDialog({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const requests = useMemo(() => new SessionRequests(chat.session), [chat]);
  const online = chat.status.value.kind === "online";
  const list = useList<AccountSession>("sessions", online, () => requests.list());
  const now = useServerNow(chat, READ_EVERY_MS);
  const [asking, setAsking] = useState<Asking>();
  const { toast, say } = useToast();
  const cards = useRef<HTMLUListElement>(null);
  const shown = lasting(list.items, now);
  const wasRead = useRef(false);
  wasRead.current = list.readAt !== undefined;
  const others = shown.filter(({ isCurrent }) => !isCurrent).length;

  useEffect(() => {
    if (!online) return undefined;
    if (wasRead.current) list.refresh(); // the connection is back
    // What could not be read at all is asked for by a press: each failure is said aloud.
    const timer = setInterval(() => wasRead.current && document.visibilityState === "visible" && list.refresh(), READ_EVERY_MS);
    return () => clearInterval(timer);
  }, [online]);
  const ids = shown.map(({ id }) => id).join(" ");
  useLayoutEffect(() => {
    // The button that the question has given the focus back to goes with its session.
    if (document.activeElement === document.body) cards.current?.focus({ preventScroll: true });
  }, [ids]);

  const settle = async (request: Promise<void>, done: Words) => {
    const refusal = await refusalOf(request);
    if (refusal !== undefined) return refusal;
    setAsking(undefined);
    say(done);
    list.refresh();
    return undefined;
  };
  return (
    <Dialog title={t("title")} side onClose={onClose}>
      <p class="dialog-text">{t("about")}</p>
      {list.readAt !== undefined && (
        <p class="sessions-old" role="status">
          {oldText(list, list.readAt, online)}
        </p>
      )}
      {others > 0 && (
        <button type="button" class="button-plain sessions-others" aria-haspopup="dialog" onClick={() => setAsking("others")}>
          {t("endOthers")}
        </button>
      )}
      <ul ref={cards} class="cards sessions-list" tabIndex={-1} aria-label={t("title")} aria-busy={list.busy}>
        {shown.map((one) => (
          <SessionCard key={one.id} session={one} now={now} onEnd={() => setAsking(one)} />
        ))}
      </ul>
      <ListState list={list} isEmpty={shown.length === 0} />
      {toast}
      {asking === "others" && (
        <ConfirmDialog
          title={t("endOthersTitle")}
          text={t("endOthersText", { count: others })}
          action={t("endOthers")}
          keep={ui("cancel")}
          onConfirm={() => settle(requests.endOthers(), words(() => t("othersEnded")))}
          onClose={() => setAsking(undefined)}
        />
      )}
      {asking !== undefined && asking !== "others" && (
        <ConfirmDialog
          title={t("endTitle")}
          text={t("endText", { device: deviceText(asking.agent) })}
          action={t("end")}
          keep={ui("cancel")}
          onConfirm={() => settle(requests.end(asking.id), words(() => t("ended")))}
          onClose={() => setAsking(undefined)}
        />
      )}
    </Dialog>
  );
}

/** What stands in the place of sessions: that they are being read, why they could not be, or that there are none. */
function ListState({ list, isEmpty }: { list: ReadList; isEmpty: boolean }) {
  const failed = list.readAt === undefined && !list.busy ? list.trouble : undefined;
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(place, failed ? "failed" : list.readAt === undefined ? "loading" : "list");
  return (
    <div ref={place} class="focus-place">
      {failed && <State title={t("failed")} text={failed.message.text} onRetry={list.refresh} />}
      {list.readAt === undefined && !failed && <div class="spinner" role="status" tabIndex={-1} aria-label={t("reading")} />}
      {list.readAt !== undefined && isEmpty && <State title={t("none")} text={t("noneText")} />}
    </div>
  );
}

function State({ title, text, onRetry }: { title: string; text: string; onRetry?: () => void }) {
  return (
    <div class="empty empty-small" role={onRetry ? "alert" : undefined}>
      <h3>{title}</h3>
      <p>{text}</p>
      {onRetry && (
        <button type="button" class="button-plain" onClick={onRetry}>
          {ui("tryAgain")}
        </button>
      )}
    </div>
  );
}

/** What is to be known of a list that may not be so any more. */
function oldText({ trouble }: ReadList, readAt: number, online: boolean): string {
  const time = clockTime(readAt);
  if (trouble) return t("notReadAgain", { why: trouble.message.text, time });
  return online ? "" : t("noConnection", { time });
}

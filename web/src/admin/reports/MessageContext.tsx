import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/en/admin";
import { t as ui } from "../../i18n/en/ui";
import { commaText } from "../../i18n/number";
import type { Words } from "../../i18n/words";
import type { NewMessage } from "../../protocol";
import { exactTime, shortTime } from "../../ui/time";
import { useKeptFocus } from "../../ui/useKeptFocus";
import type { AdminRequests } from "../requests";
import { isDirect } from "../roomNames";
import { troubleOf } from "../useList";

interface MessageContextProps {
  requests: AdminRequests;
  roomId: string;
  seq: number;
  /** Counts up when the message was changed here: then it is read again. */
  changed: number;
  now: number; // ms since 1970, by the server's clock
  nameOf: (id: string) => string;
}

type Held = { kind: "loading" } | { kind: "failed"; message: Words } | { kind: "ready"; messages: readonly NewMessage[] };

/** A reported message, with what was said before and after it. */
export function MessageContext({ requests, roomId, seq, changed, now, nameOf }: MessageContextProps) {
  const [held, setHeld] = useState<Held>({ kind: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (isDirect(roomId)) return undefined;
    let wanted = true;
    requests.around(roomId, seq).then(
      (messages) => wanted && setHeld({ kind: "ready", messages }),
      (error: unknown) => wanted && setHeld({ kind: "failed", message: troubleOf(error).message }),
    );
    return () => {
      wanted = false;
    };
  }, [requests, roomId, seq, changed, attempt]);

  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(place, held.kind);
  const tryAgain = () => {
    setHeld({ kind: "loading" }); // what fails once more is said once more
    setAttempt(attempt + 1);
  };
  const isKept = held.kind === "ready" && held.messages.some((message) => message.seq === seq);
  if (isDirect(roomId)) return <p class="report-unseen">{t("unseen")}</p>;
  return (
    <div ref={place}>
      {held.kind === "loading" && <div class="skeleton-row report-waiting" role="status" tabIndex={-1} aria-label={t("readingMessage")} />}
      {held.kind === "failed" && (
        <p class="report-unseen">
          <span role="alert">{t("messageUnread", { why: held.message.text })}</span>{" "}
          <button type="button" class="button-link" onClick={tryAgain}>
            {ui("tryAgain")}
          </button>
        </p>
      )}
      {held.kind === "ready" && !isKept && (
        <p class="report-unseen" tabIndex={-1}>
          {t("notKept")}
        </p>
      )}
      {held.kind === "ready" && isKept && (
        <ol class="report-context" tabIndex={-1} aria-label={t("whatWasSaid")}>
          {held.messages.map((message) => (
            <Line key={message.seq} message={message} isIt={message.seq === seq} now={now} name={nameOf(message.author)} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Line({ message, isIt, now, name }: { message: NewMessage; isIt: boolean; now: number; name: string }) {
  const at = Date.parse(message.timestamp);
  return (
    <li class={isIt ? "report-line report-it" : "report-line"} data-seq={message.seq}>
      {isIt && <span class="hidden">{t("reportedMessage")} </span>}
      <span class="report-line-head">
        <bdi class="admin-name" title={message.author}>
          {name}
        </bdi>
        <time dateTime={message.timestamp} title={exactTime(at)}>
          {shortTime(at, now)}
        </time>
      </span>
      {message.deleted ? (
        <span class="report-text report-gone">{t("wasDeleted")}</span>
      ) : (
        <span class="report-text" dir="auto">
          {message.text}
          {message.attachments && <span class="report-files">{filesText(message.attachments.map((file) => file.name))}</span>}
        </span>
      )}
    </li>
  );
}

function filesText(names: readonly string[]): string {
  return t("files", { count: names.length, files: commaText(names) });
}

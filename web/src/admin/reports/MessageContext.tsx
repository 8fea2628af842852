import { useEffect, useState } from "preact/hooks";
import type { NewMessage } from "../../protocol";
import { exactTime, shortTime } from "../../ui/time";
import type { AdminRequests } from "../requests";
import { isDirect } from "../roomNames";
import { troubleOf } from "../useList";

interface MessageContextProps {
  requests: AdminRequests;
  roomId: string;
  seq: number;
  /** Counts up when the message was changed here: then it is read again. */
  changed: number;
  nameOf: (id: string) => string;
}

type Held = { kind: "loading" } | { kind: "failed"; message: string } | { kind: "ready"; messages: readonly NewMessage[] };

/** A reported message, with what was said before and after it. */
export function MessageContext({ requests, roomId, seq, changed, nameOf }: MessageContextProps) {
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

  if (isDirect(roomId)) return <p class="report-unseen">Two people said this to each other: nobody else can read it.</p>;
  if (held.kind === "loading") return <div class="skeleton-row report-waiting" role="status" aria-label="Reading the message" />;
  if (held.kind === "failed") {
    return (
      <p class="report-unseen">
        The message could not be read: {held.message}{" "}
        <button type="button" class="button-link" onClick={() => setAttempt(attempt + 1)}>
          Try again
        </button>
      </p>
    );
  }
  if (!held.messages.some((message) => message.seq === seq)) return <p class="report-unseen">The message is not kept any more.</p>;
  return (
    <ol class="report-context" aria-label="What was said">
      {held.messages.map((message) => (
        <Line key={message.seq} message={message} isIt={message.seq === seq} name={nameOf(message.author)} />
      ))}
    </ol>
  );
}

function Line({ message, isIt, name }: { message: NewMessage; isIt: boolean; name: string }) {
  const at = Date.parse(message.timestamp);
  return (
    <li class={isIt ? "report-line report-it" : "report-line"} data-seq={message.seq}>
      {isIt && <span class="hidden">The reported message: </span>}
      <span class="report-line-head">
        <bdi class="admin-name" title={message.author}>
          {name}
        </bdi>
        <time dateTime={message.timestamp} title={exactTime(at)}>
          {shortTime(at, Date.now())}
        </time>
      </span>
      {message.deleted ? (
        <span class="report-text report-gone">This message was deleted.</span>
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
  return `${names.length === 1 ? "File" : "Files"}: ${names.join(", ")}`;
}

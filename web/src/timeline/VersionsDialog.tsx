import "./versions.css";
import { useRef } from "preact/hooks";
import { pathOf } from "../../client/src/index";
import { call } from "../api";
import type { Chat } from "../chat/chat";
import { useReading } from "../chat/useReading";
import { t as ui } from "../i18n/en/ui";
import { t } from "../i18n/en/versions";
import { isFields } from "../protocol-decode";
import { Dialog } from "../ui/Dialog";
import { Failed } from "../ui/Failed";
import { dateAndTime, exactTime } from "../ui/time";
import { useKeptFocus } from "../ui/useKeptFocus";

interface Version {
  readonly seq: number;
  readonly text: string;
  readonly at: number;
}

interface VersionsDialogProps {
  chat: Chat;
  roomId: string;
  seq: number;
  onClose: () => void;
}

/** What a message said, the present text first, as it was when this was opened. */
export function VersionsDialog({ chat, roomId, seq, onClose }: VersionsDialogProps) {
  const read = async () => decode(await call("GET", `/api${pathOf("rooms", roomId, "messages", String(seq), "versions")}`, chat.session.token));
  const { value: list, failure, tryAgain } = useReading(read, [chat, roomId, seq]);
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(place, failure !== "" ? "failed" : list ? "list" : "loading");
  return (
    <Dialog title={t("title")} onClose={onClose}>
      <div ref={place}>
        {failure !== "" && <Failed text={t("failed", { why: failure })} onTryAgain={tryAgain} />}
        {failure === "" && list === undefined && <div class="spinner" role="status" tabIndex={-1} aria-label={ui("loading")} />}
        {list && (
          // Whoever has only a keyboard scrolls it, too.
          <ol class="versions" tabIndex={0} aria-label={t("title")}>
            {list.versions.map((version, i) => (
              <li key={version.seq}>
                <p class="versions-when">
                  {i === 0 && <strong>{t("present")} </strong>}
                  <time dateTime={new Date(version.at).toISOString()} title={exactTime(version.at)}>
                    {dateAndTime(version.at)}
                  </time>
                </p>
                <p class="versions-text" dir="auto">
                  {version.text === "" ? <em>{t("noText")}</em> : version.text}
                </p>
              </li>
            ))}
          </ol>
        )}
        {list?.more && <p class="dialog-text">{t("more")}</p>}
      </div>
    </Dialog>
  );
}

function decode(answer: unknown): { versions: readonly Version[]; more: boolean } {
  const rows = isFields(answer) && Array.isArray(answer["versions"]) ? (answer["versions"] as unknown[]) : [];
  const versions = rows.flatMap((row) => {
    if (!isFields(row) || typeof row["seq"] !== "number" || typeof row["text"] !== "string" || typeof row["timestamp"] !== "string") return [];
    const at = Date.parse(row["timestamp"]);
    return Number.isNaN(at) ? [] : [{ seq: row["seq"], text: row["text"], at }];
  });
  return { versions, more: isFields(answer) && answer["more"] === true };
}

import "./versions.css";
import { useEffect, useState } from "preact/hooks";
import { pathOf } from "../../client/src/index";
import { call } from "../api";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { t as ui } from "../i18n/en/ui";
import { t } from "../i18n/en/versions";
import { isFields } from "../protocol-decode";
import { Dialog } from "../ui/Dialog";
import { dateAndTime, exactTime } from "../ui/time";

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
  const [list, setList] = useState<{ versions: readonly Version[]; more: boolean }>();
  const [refusal, setRefusal] = useState("");
  useEffect(() => {
    let current = true;
    call("GET", `/api${pathOf("rooms", roomId, "messages", String(seq), "versions")}`, chat.session.token).then(
      (answer) => current && setList(decode(answer)),
      (error: unknown) => current && setRefusal(messageOf(error)),
    );
    return () => {
      current = false;
    };
  }, [chat, roomId, seq]);
  return (
    <Dialog title={t("title")} onClose={onClose}>
      {refusal !== "" && <p role="alert">{t("failed", { why: refusal })}</p>}
      {refusal === "" && list === undefined && <div class="spinner" role="status" aria-label={ui("loading")} />}
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

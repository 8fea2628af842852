import { useRef } from "preact/hooks";
import { pathOf } from "../../client/src/index";
import { call } from "../api";
import type { Chat } from "../chat/chat";
import { useReading } from "../chat/useReading";
import { t } from "../i18n/en/emoji";
import { t as ui } from "../i18n/en/ui";
import { commaText } from "../i18n/number";
import { isFields } from "../protocol-decode";
import { Dialog } from "../ui/Dialog";
import { Failed } from "../ui/Failed";
import { useKeptFocus } from "../ui/useKeptFocus";

interface Reacted {
  readonly emoji: string;
  readonly count: number;
  readonly userIds: readonly string[]; // the first of them
}

interface ReactedDialogProps {
  chat: Chat;
  roomId: string;
  seq: number;
  onClose: () => void;
}

/** Who has set what on a message, as it was when this was opened. */
export function ReactedDialog({ chat, roomId, seq, onClose }: ReactedDialogProps) {
  const read = async () => decode(await call("GET", `/api${pathOf("rooms", roomId, "messages", String(seq), "reactions")}`, chat.session.token));
  const { value: list, failure, tryAgain } = useReading(read, [chat, roomId, seq]);
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(place, failure !== "" ? "failed" : list ? "list" : "loading");
  const nameOf = (id: string) => (id === chat.user.id ? t("you", { name: chat.people.name(id) }) : chat.people.name(id));
  const namesOf = (ids: readonly string[]) => commaText(ids.map(nameOf));
  return (
    <Dialog title={t("reactions")} onClose={onClose}>
      <div ref={place}>
        {failure !== "" && <Failed text={t("reactedFailed", { why: failure })} onTryAgain={tryAgain} />}
        {failure === "" && list === undefined && <div class="spinner" role="status" tabIndex={-1} aria-label={ui("loading")} />}
        {list?.length === 0 && <p class="dialog-text" tabIndex={-1}>{t("nobody")}</p>}
        {list !== undefined && list.length > 0 && (
          <ul class="reacted" tabIndex={-1}>
            {list.map(({ emoji, count, userIds }) => (
              <li key={emoji}>
                <span class="reacted-emoji" dir="auto">
                  {emoji}
                </span>
                <span class="reacted-names">{count > userIds.length ? t("andMore", { names: namesOf(userIds), count: count - userIds.length }) : namesOf(userIds)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

function decode(answer: unknown): readonly Reacted[] {
  const rows = isFields(answer) && Array.isArray(answer["reactions"]) ? (answer["reactions"] as unknown[]) : [];
  return rows.flatMap((row) => {
    if (!isFields(row) || typeof row["emoji"] !== "string" || typeof row["count"] !== "number" || !Array.isArray(row["userIds"])) return [];
    return [{ emoji: row["emoji"], count: row["count"], userIds: row["userIds"].filter((id): id is string => typeof id === "string") }];
  });
}

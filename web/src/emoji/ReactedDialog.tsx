import { useEffect, useState } from "preact/hooks";
import { ChatError, pathOf } from "../../client/src/index";
import { call } from "../api";
import type { Chat } from "../chat/chat";
import { isFields } from "../protocol-decode";
import { Dialog } from "../ui/Dialog";

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
  const [list, setList] = useState<readonly Reacted[]>();
  const [refusal, setRefusal] = useState("");
  useEffect(() => {
    let current = true;
    call("GET", `/api${pathOf("rooms", roomId, "messages", String(seq), "reactions")}`, chat.session.token).then(
      (answer) => current && setList(decode(answer)),
      (error: unknown) => current && setRefusal(error instanceof ChatError ? error.message : "Something went wrong."),
    );
    return () => {
      current = false;
    };
  }, [chat, roomId, seq]);
  return (
    <Dialog title="Reactions" onClose={onClose}>
      {refusal !== "" && <p role="alert">Who reacted could not be read. {refusal}</p>}
      {refusal === "" && list === undefined && <div class="spinner" role="status" aria-label="Loading" />}
      {list?.length === 0 && <p class="dialog-text">Nobody has reacted any more.</p>}
      {list !== undefined && list.length > 0 && (
        <ul class="reacted">
          {list.map(({ emoji, count, userIds }) => (
            <li key={emoji}>
              <span class="reacted-emoji" dir="auto">
                {emoji}
              </span>
              <span class="reacted-names">
                {userIds.map((id, i) => (
                  <span key={id}>
                    <bdi>{id === chat.user.id ? `${chat.people.name(id)} (you)` : chat.people.name(id)}</bdi>
                    {i + 1 < userIds.length && ", "}
                  </span>
                ))}
                {count > userIds.length && <span class="reacted-more"> and {count - userIds.length} more</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
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

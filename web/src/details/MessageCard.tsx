import type { ComponentChildren } from "preact";
import type { Chat } from "../chat/chat";
import { t as ui } from "../i18n/en/ui";
import { commaText } from "../i18n/number";
import { plainText } from "../markdown/parse";
import type { NewMessage } from "../protocol";
import { goToMessage, messagePath } from "../route";
import { followHere } from "../ui/followHere";
import { dateAndTime, exactTime } from "../ui/time";

interface MessageCardProps {
  chat: Chat;
  message: NewMessage;
  /** Called when it was gone to. */
  onOpened: () => void;
  /** What may be done with it. */
  children?: ComponentChildren;
}

/** A message out of its place, which leads there. */
export function MessageCard({ chat, message, onOpened, children }: MessageCardProps) {
  const { roomId, seq, author, authorName, text, attachments = [] } = message;
  const at = Date.parse(message.timestamp) || 0;
  return (
    <li class="card" data-seq={seq}>
      <a
        class="card-link"
        href={messagePath(roomId, seq)}
        onClick={followHere(() => {
          onOpened();
          goToMessage(roomId, seq);
        })}
      >
        <span class="card-head">
          <bdi class="card-author">{author === chat.user.id ? ui("you") : authorName || author}</bdi>
          <time dateTime={message.timestamp} title={exactTime(at)}>
            {dateAndTime(at)}
          </time>
        </span>
        <span class="card-text" dir="auto">
          {plainText(text) || commaText(attachments.map(({ name }) => name))}
        </span>
      </a>
      {children}
    </li>
  );
}

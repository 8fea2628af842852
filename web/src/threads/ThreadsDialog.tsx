import { useRef } from "preact/hooks";
import type { UnreadThread } from "../../client/src/index";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/threads";
import { t as timeline } from "../i18n/en/timeline";
import { t as ui } from "../i18n/en/ui";
import { commaText } from "../i18n/number";
import { plainText } from "../markdown/parse";
import { decodeMessage } from "../protocol-decode";
import { goToThread, threadPath } from "../route";
import { Dialog } from "../ui/Dialog";
import { followHere } from "../ui/followHere";
import { dateAndTime, exactTime } from "../ui/time";

interface ThreadsDialogProps {
  chat: Chat;
  onOpened: () => void;
  onClose: () => void;
}

/** The threads that we follow and have not read. It follows what is answered and read while it is open. */
export function ThreadsDialog({ chat, onOpened, onClose }: ThreadsDialogProps) {
  const cards = useRef<HTMLUListElement>(null);
  const list = chat.threads.unread.value ?? [];
  return (
    <Dialog title={t("unreadTitle")} side onClose={onClose}>
      <div class="panel-part">
        {list.length === 0 && <p class="dialog-text">{t("allRead")}</p>}
        <ul ref={cards} class="cards" tabIndex={-1} aria-label={t("unreadTitle")}>
          {list.map((one) => (
            <Card
              key={`${one.roomId}/${one.thread}`}
              chat={chat}
              unread={one}
              onOpen={() => {
                onClose();
                goToThread(one.roomId, one.thread);
                onOpened();
              }}
              onRead={() => {
                cards.current?.focus(); // the button goes with its thread
                void chat.threads.read(one.roomId, one.thread, one.lastSeq);
              }}
            />
          ))}
        </ul>
        {chat.threads.more.value && <p class="dialog-text">{t("more")}</p>}
      </div>
    </Dialog>
  );
}

interface CardProps {
  chat: Chat;
  unread: UnreadThread;
  onOpen: () => void;
  onRead: () => void;
}

function Card({ chat, unread, onOpen, onRead }: CardProps) {
  const { roomId, thread, lastAt } = unread;
  const message = decodeMessage(unread.message);
  const room = chat.rooms.value.get(roomId);
  const at = Date.parse(lastAt) || 0;
  const author = message === undefined ? "" : message.author === chat.user.id ? ui("you") : message.authorName || message.author;
  return (
    <li class="card" data-thread={thread}>
      <a class="card-link" href={threadPath(roomId, thread)} onClick={followHere(onOpen)}>
        <span class="card-head">
          <bdi class="card-author">{room?.name.value ?? roomId}</bdi>
          <time dateTime={lastAt} title={exactTime(at)}>
            {dateAndTime(at)}
          </time>
        </span>
        <span class="card-text" dir="auto">
          {t.rich("said", { name: <bdi>{author}</bdi>, text: message?.deleted ? timeline("deleted") : plainText(message?.text ?? "") || commaText((message?.attachments ?? []).map(({ name }) => name)) })}
        </span>
        <span class="thread-unread">{unread.unread >= MOST_COUNTED ? t("newRepliesMost", { most: MOST_COUNTED - 1 }) : t("newReplies", { count: unread.unread })}</span>
      </a>
      <button type="button" class="button-link" onClick={onRead}>
        {timeline("markAsRead")}
      </button>
    </li>
  );
}

/** The server counts no further. */
const MOST_COUNTED = 1000;

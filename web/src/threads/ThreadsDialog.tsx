import { useRef } from "preact/hooks";
import type { UnreadThread } from "../../client/src/index";
import type { Chat } from "../chat/chat";
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
    <Dialog title="Threads with new replies" side onClose={onClose}>
      <div class="panel-part">
        {list.length === 0 && <p class="dialog-text">You have read all the threads you follow. You follow those you began or replied in, and any other by its “Follow”.</p>}
        <ul ref={cards} class="cards" tabIndex={-1} aria-label="Threads with new replies">
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
        {chat.threads.more.value && <p class="dialog-text">There are more: they come when some of these are read.</p>}
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
  const author = message === undefined ? "" : message.author === chat.user.id ? "You" : message.authorName || message.author;
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
          <bdi>{author}</bdi>: {message?.deleted ? "This message was deleted." : plainText(message?.text ?? "") || (message?.attachments ?? []).map(({ name }) => name).join(", ")}
        </span>
        <span class="thread-unread">{unread.unread === 1 ? "1 new reply" : unread.unread >= MOST_COUNTED ? "999+ new replies" : `${unread.unread} new replies`}</span>
      </a>
      <button type="button" class="button-link" onClick={onRead}>
        Mark as read
      </button>
    </li>
  );
}

/** The server counts no further. */
const MOST_COUNTED = 1000;

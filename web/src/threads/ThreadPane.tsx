import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Trays } from "../attachments/trays";
import { refusalOf, whyNot } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { withReacting } from "../chat/reacting";
import type { RoomState } from "../chat/room";
import { useServerNow } from "../chat/useServerNow";
import { Composer } from "../composer/Composer";
import { ComposerClosed } from "../composer/ComposerClosed";
import type { Drafts } from "../composer/drafts";
import { EditBar } from "../composer/EditBar";
import { t } from "../i18n/en/threads";
import { t as ui } from "../i18n/en/ui";
import { LinkAddress } from "../markdown/LinkAddress";
import type { NewMessage } from "../protocol";
import { pinnedSeqs } from "../protocol-rooms";
import { whyNotWrite } from "../rooms/rights";
import { closeThread, goToMessage, messageLink } from "../route";
import { DaySection } from "../timeline/DaySection";
import { MessageMenu } from "../timeline/MessageMenu";
import { rightsIn } from "../timeline/rights";
import { groupByDay, type Item, itemsOf, logItem } from "../timeline/rows";
import { seenOf } from "../timeline/seen";
import { rowOf } from "../timeline/sight";
import { useActions } from "../timeline/useActions";
import { useEditedRow } from "../timeline/useEditedRow";
import { type EditedRow, editFieldIn, useEditInSight } from "../timeline/useEditInSight";
import { useTabStop } from "../timeline/useTabStop";
import { Icon } from "../ui/Icon";
import { nextFrame } from "../ui/nextFrame";
import { returnFocus } from "../ui/returnFocus";
import { Quote } from "./Quote";
import { Thread } from "./thread";
import { useThreadReading } from "./useThreadReading";
import { useThreadScroll } from "./useThreadScroll";

/** How often "Today" is asked whether it still is, in ms. */
const DAY_CHECK_MS = 60_000;

interface ThreadPaneProps {
  chat: Chat;
  room: RoomState;
  /** Of the message that is answered. */
  seq: number;
  drafts: Drafts;
  trays: Trays;
}

/** The answers to a message, and where one writes another. Keyed by room and message. */
export function ThreadPane({ chat, room, seq, drafts, trays }: ThreadPaneProps) {
  const thread = useMemo(() => new Thread(room, seq), [room, seq]);
  useEffect(() => thread.follow(), [thread]);
  const isIn = room.presence.value.kind === "in";
  useEffect(() => {
    if (!isIn) return;
    thread.resume();
    void chat.threads.ask(room.id, seq);
  }, [thread, isIn]);

  const opener = useRef(document.activeElement);
  const title = useRef<HTMLHeadingElement>(null);
  const closed = whyNotWrite(room.info.value);
  useLayoutEffect(() => {
    // Where there is a keyboard the field takes the focus; on a touch screen it would cover what one came to read.
    if (closed !== undefined || !matchMedia("(hover: hover)").matches) title.current?.focus({ preventScroll: true });
  }, []);
  const close = () => {
    const { current } = opener;
    returnFocus(() => (current instanceof HTMLElement && current.isConnected ? current : document.getElementById("messages")));
    closeThread();
  };

  const { edited, ...edits } = useEditedRow(chat, room, `${room.id}/${seq}`, drafts, "thread-composer");
  const { uploads } = trays.of(room.id, seq);
  return (
    <section
      class="thread"
      aria-labelledby="thread-title"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || (event.target instanceof Element && event.target.closest("dialog[open]"))) return;
        close();
      }}
    >
      <header class="room-head">
        <div class="room-head-text">
          <h2 id="thread-title" ref={title} tabIndex={-1}>
            {t("thread")}
          </h2>
          <p>
            <bdi>{room.name.value}</bdi>
          </p>
        </div>
        <div class="room-head-more">
          <FollowButton chat={chat} roomId={room.id} seq={seq} />
          <button type="button" class="button-icon" aria-label={t("close")} title={t("close")} onClick={close}>
            <Icon name="close" />
          </button>
        </div>
      </header>
      <Answers chat={chat} room={room} thread={thread} edited={edited} onEdit={edits.begin} />
      {closed !== undefined ? (
        <ComposerClosed id="thread-composer" reason={closed} uploads={uploads} />
      ) : (
        <Composer
          chat={chat}
          room={room}
          place={{ id: "thread-composer", draft: `${room.id}/${seq}`, label: t("replyLabel"), parent: seq, isAskedFor: true }}
          drafts={drafts}
          uploads={uploads}
          above={edited && <EditBar onShow={edits.show} />}
        />
      )}
    </section>
  );
}

/** Says whether we are told of new answers, and changes it. */
function FollowButton({ chat, roomId, seq }: { chat: Chat; roomId: string; seq: number }) {
  const state = chat.threads.of(roomId, seq).value;
  if (!state) return null;
  const { following } = state;
  const change = async () => {
    const refusal = await whyNot(chat.threads.follow(roomId, seq, !following));
    if (refusal !== undefined) chat.say(refusal);
  };
  return (
    <button
      type="button"
      class={following ? "follow follow-on" : "follow"}
      title={t(following ? "stopFollowing" : "followHint")}
      onClick={() => void change()}
    >
      <Icon name={following ? "check" : "bell"} size={16} />
      {t(following ? "following" : "follow")}
    </button>
  );
}

interface AnswersProps {
  chat: Chat;
  room: RoomState;
  thread: Thread;
  edited: EditedRow | undefined;
  onEdit: (item: Item) => void;
}

/** What was asked, and below it what was answered. */
function Answers({ chat, room, thread, edited, onEdit }: AnswersProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useServerNow(chat, DAY_CHECK_MS);
  const root = thread.root.value;
  const log = thread.log.value;
  const pending = thread.pending.value;
  const inRoom = room.log.value;
  const made = useRef(new WeakMap<NewMessage, Item>()).current;
  const reacting = room.reacting.value;
  const rootItems = useMemo(() => withReacting(root.kind === "message" ? [{ ...logItem(root.message, chat.user.id), replies: 0 }] : [], reacting), [root, reacting]);
  const myName = chat.people.name(chat.user.id);
  const answers = useMemo(() => withReacting(itemsOf(log, pending, myName, made, inRoom), reacting), [log, pending, inRoom, myName, reacting]);
  const items = useMemo(() => [...rootItems, ...answers], [rootItems, answers]);
  const rootDays = useMemo(() => groupByDay(rootItems), [rootItems]);
  const days = useMemo(() => groupByDay(answers), [answers]);
  useThreadScroll(scroller, answers);
  const firstUnread = useThreadReading(chat, room, thread, scroller);
  const tabStop = useTabStop(scroller, items, { from: 0, to: items.length }, undefined, (key, then) => {
    const row = scroller.current && rowOf(scroller.current, key);
    if (row) then(row);
  });
  const findEdited = async (sought: number) => {
    const isMissing = () => thread.log.peek().hasBefore && !thread.log.peek().messages.some((message) => message.seq === sought);
    do await thread.readOlder();
    while (isMissing() && thread.paging.peek() === "idle");
    await nextFrame();
    if (scroller.current) editFieldIn(scroller.current)?.focus();
  };
  useEditInSight(edited, scroller, (sought) => void findEdited(sought));
  const pinsJoined = room.info.value.pins;
  const pins = useMemo(() => pinnedSeqs(pinsJoined), [pinsJoined]);
  const seen = { ...seenOf(chat, room), under: 0 };
  const { toast, say, tell, handlers } = useActions(chat, room);
  const count = answers.filter((item) => !item.deleted).length;
  const shared = { chat, now, firstUnread, tabStop, marked: 0, pins, seen, edited, handlers };
  const parent = rootItems[0]?.parent ?? 0;
  return (
    <div class="timeline-frame">
      <div id="thread-messages" ref={scroller} class="timeline" role="region" aria-label={t("messages")} tabIndex={0}>
        <div class="timeline-content">
          {root.kind === "none" && <p class="timeline-top">{t("noMessage")}</p>}
          {root.kind === "loading" && <div class="spinner" role="status" aria-label={t("loading")} />}
          {parent > 0 && <Quote apart={room.apart} roomId={room.id} seq={parent} me={chat.user.id} tabIndex={0} />}
          {rootDays.map((day) => (
            <DaySection key={`root-${day.key}`} day={day} what={t("thread")} {...shared} />
          ))}
          {root.kind === "message" && (
            <p class="thread-line">
              <span>{log.hasBefore || !log.loaded ? t("replies") : t("replyCount", { count })}</span>
            </p>
          )}
          {thread.paging.value === "failed" && (
            <p class="timeline-top" role="alert">
              {t("failed")}{" "}
              <button type="button" class="button-link" onClick={() => void thread.readOlder()}>
                {ui("tryAgain")}
              </button>
            </p>
          )}
          {thread.paging.value === "loading" && <div class="spinner" role="status" aria-label={t("loadingReplies")} />}
          {thread.paging.value === "idle" && log.loaded && log.hasBefore && (
            <button type="button" class="button-link thread-earlier" onClick={() => void thread.readOlder()}>
              {t("earlier")}
            </button>
          )}
          {days.map((day) => (
            <DaySection key={day.key} day={day} what={t("replies")} {...shared} />
          ))}
        </div>
      </div>
      <MessageMenu
        chat={chat}
        roomId={room.id}
        timeline={scroller}
        items={items}
        say={say}
        {...rightsIn(room)}
        {...handlers}
        root={thread.seq}
        onShow={(seq) => goToMessage(room.id, seq)}
        linkOf={(seq) => messageLink(room.id, seq)}
        pins={pins}
        onPin={(seq, on) => tell(whyNot(chat.requests.setPin(room.id, seq, on)))}
        onEdit={onEdit}
        onReport={(seq, reason) => refusalOf(chat.requests.report(room.id, seq, reason))}
        onDelete={(seq) => tell(chat.delete(room, seq))}
      />
      <LinkAddress area={scroller} />
      {toast}
    </div>
  );
}

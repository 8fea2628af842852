import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { refusalOf, whyNot } from "../chat/asking";
import { readNewer } from "../chat/around";
import type { Chat } from "../chat/chat";
import { LAND_WITHIN } from "../chat/pages";
import { withReacting } from "../chat/reacting";
import type { RoomState } from "../chat/room";
import { useServerNow } from "../chat/useServerNow";
import { t } from "../i18n/en/timeline";
import { t as ui } from "../i18n/en/ui";
import { words } from "../i18n/words";
import { LinkAddress } from "../markdown/LinkAddress";
import type { NewMessage } from "../protocol";
import { pinnedSeqs } from "../protocol-rooms";
import { askedMessage, forgetMessage, goToMessage, messageLink, openThread } from "../route";
import { Icon } from "../ui/Icon";
import { nextFrame } from "../ui/nextFrame";
import { AskedRefusal } from "./AskedRefusal";
import { DaySection } from "./DaySection";
import type { RoomLog } from "./log";
import { MessageMenu } from "./MessageMenu";
import { ResetNotice } from "./ResetNotice";
import { rightsIn } from "./rights";
import { groupByDay, type Item, itemsOf, keepKeys, logItem, withNotes } from "./rows";
import { seenOf, showsReceipts } from "./seen";
import { inSight } from "./sight";
import { useActions } from "./useActions";
import { useAsked } from "./useAsked";
import { type EditedRow, editFieldIn, useEditInSight } from "./useEditInSight";
import { useTabStop } from "./useTabStop";
import { useTimelineScroll } from "./useTimelineScroll";
import { cut } from "./window";

/** While the reader follows, so many messages stay on the page, and above so many they are cut to it. */
const KEEP_MESSAGES = 200;
const TRIM_ABOVE = 400;
/** Who reads on scrolls past so many messages at most without one of them in sight: about two screens. */
const PASSED_BY = 30;
/** How often "Today" is asked whether it still is, in ms. */
const DAY_CHECK_MS = 60_000;

interface TimelineProps {
  chat: Chat;
  room: RoomState;
  /** Something else stands above it: what is in sight is not seen. */
  isCovered: boolean;
  edited: EditedRow | undefined;
  onEdit: (item: Item) => void;
  onReply: (seq: number) => void;
}

/** The messages of one room. Keyed by room: another room is another timeline. */
export function Timeline({ chat, room, isCovered, edited, onEdit, onReply }: TimelineProps) {
  const log = room.shown.value;
  const now = useServerNow(chat, DAY_CHECK_MS); // what day it is, is asked of the clock that messages are dated by
  const unreadFrom = useUnreadLine(room);
  const seenWhenLeft = useRef(log.last);

  const onNearTop = useCallback(() => {
    if (room.paging.peek() === "idle") void chat.pages.readOlder(room);
  }, [chat, room]);
  const onNearBottom = useCallback(() => void readNewer(room), [room]);

  const made = useRef(new WeakMap<NewMessage, Item>()).current;
  const myName = chat.people.name(chat.user.id);
  const logged = useMemo(() => itemsOf(log, log.pending, myName, made), [log, myName]);
  const reacting = room.reacting.value;
  const items = useMemo(() => withReacting(logged, reacting), [logged, reacting]);
  const openedAt = useRef(Date.now()).current + chat.clockSkewMs;
  const firstUnread = unreadFrom && (log.first <= unreadFrom.read + 1 || !log.hasBefore) ? (log.messages.find((m) => m.seq > unreadFrom.read && m.seq <= unreadFrom.end && m.author !== log.me)?.seq ?? 0) : 0;
  const rows = useMemo(() => withNotes(items, log.notes.filter((note) => note.seq >= log.first), openedAt), [items, log.notes, log.first, openedAt]);
  const groupKeys = useRef(new Map<string, string>());
  const days = useMemo(() => {
    const grouped = groupByDay(rows, firstUnread);
    groupKeys.current = keepKeys(grouped, groupKeys.current);
    return grouped;
  }, [rows, firstUnread]);
  const { scroller, content, above, below, view, nearest, atEnd, toEnd: scrollToEnd, show, toLine, toMiddle } = useTimelineScroll(rows, log.hasAfter, onNearTop, onNearBottom);
  const shown = useMemo(() => cut(days, view), [days, view]);
  const { going, marked, refusal } = useAsked(room, (seq) => {
    const key = keyOfSeq(items, seq);
    const focus = (row?: HTMLElement) => ((row && editFieldIn(row)) ?? row?.querySelector<HTMLElement>("[data-more]") ?? scroller.current)?.focus({ preventScroll: true });
    if (key === undefined) focus();
    else toMiddle(key, focus);
  });
  useEditInSight(edited, scroller, (seq) => {
    const key = keyOfSeq(items, seq);
    if (key === undefined) goToMessage(room.id, seq);
    else toMiddle(key, (row) => editFieldIn(row)?.focus({ preventScroll: true }));
  });
  const toEnd = () => {
    forgetMessage();
    room.showPresent();
    scrollToEnd();
  };

  const isNear = unreadFrom !== undefined && unreadFrom.count > 0 && unreadFrom.count <= LAND_WITHIN; // what one wrote oneself is not unread
  const isWhole = unreadFrom !== undefined && (log.first <= unreadFrom.read + 1 || (log.loaded && !log.hasBefore));
  const settled = unreadFrom !== undefined && log.loaded && (!isNear || isWhole || room.paging.value === "failed" || room.presence.value.kind !== "in");
  const landed = useLanding(settled, isNear ? keyOfSeq(items, firstUnread) : undefined, (key) => {
    if (askedMessage.peek()?.roomId === room.id) return; // to which one goes instead
    seenWhenLeft.current = unreadFrom?.read ?? log.last;
    toLine(key);
  });
  const unread = room.unread.value;

  const pinsJoined = room.info.value.pins;
  const pins = useMemo(() => pinnedSeqs(pinsJoined), [pinsJoined]);
  const tabStop = useTabStop(scroller, rows, view, nearest, show);
  const { toast, say, tell, handlers } = useActions(chat, room, room.apart);

  const toFirstUnread = async () => {
    const read = room.readSeq.peek();
    if (!unreadFrom || read === undefined) return;
    // Who stays at the end has the oldest messages cut off again.
    if (scroller.current) scroller.current.scrollTop = 0;
    await nextFrame();
    const isRead = await chat.pages.readToUnread(room, read);
    await nextFrame();
    const first = room.log.peek().messages.find((m) => m.seq > read && m.author !== log.me);
    if (isRead && first) toLine(logItem(first, log.me).key);
    else say(words(() => t("firstUnreadFailed")));
  };

  if (atEnd) seenWhenLeft.current = log.last;
  const unseen = atEnd ? 0 : room.log.value.messages.filter((m) => m.seq > seenWhenLeft.current && m.author !== log.me).length;

  useReading(chat, room, scroller, landed && !going && !log.hasAfter && !isCovered, atEnd ? log.last : 0);
  useReceipts(chat, room);
  const seen = seenOf(chat, room);
  useSendingLeadsToEnd(room.log.value, toEnd);
  useEffect(() => {
    if (atEnd && log.messages.length > TRIM_ABOVE) room.dispatch({ type: "trim", keep: KEEP_MESSAGES });
  }, [atEnd, log]);

  return (
    <div class="timeline-frame">
      <div id="messages" ref={scroller} class="timeline" role="region" aria-label={t("messagesIn", { room: room.name.value })} tabIndex={0}>
        <div ref={content} class="timeline-content" data-landed={landed || !log.loaded || room.keptAt.value !== undefined}>
          <Top room={room} onRetry={() => void chat.pages.readOlder(room)} />
          <div ref={above} class="timeline-rest" />
          {shown.map((day) => (
            <DaySection key={day.key} day={day} chat={chat} now={now} firstUnread={firstUnread} tabStop={tabStop} marked={marked} pins={pins} seen={seen} edited={edited} handlers={handlers} />
          ))}
          <div ref={below} class="timeline-rest" />
          {log.reset && <ResetNotice reason={log.reset} onSeen={() => room.dispatch({ type: "reset_seen" })} />}
        </div>
      </div>
      <MessageMenu chat={chat} roomId={room.id} timeline={scroller} items={items} say={say} {...rightsIn(room)} {...handlers} linkOf={(seq) => messageLink(room.id, seq)} onReply={onReply} pins={pins} onPin={(seq, on) => tell(whyNot(chat.requests.setPin(room.id, seq, on)))} onEdit={onEdit} onReport={(seq, reason) => refusalOf(chat.requests.report(room.id, seq, reason))} onDelete={(seq) => tell(chat.delete(room, seq))} />
      <LinkAddress area={scroller} />
      {toast}
      {refusal !== "" && (
        <AskedRefusal
          refusal={refusal}
          onSeen={() => {
            scroller.current?.focus({ preventScroll: true });
            forgetMessage();
          }}
        />
      )}
      {landed && atEnd && unread > LAND_WITHIN && (
        <FarUnread
          count={unread}
          onJump={() => {
            scroller.current?.focus({ preventScroll: true });
            void toFirstUnread();
          }}
          onRead={() => {
            scroller.current?.focus({ preventScroll: true });
            chat.readTo(room, log.last);
          }}
        />
      )}
      {!atEnd && (
        <button type="button" class="jump" onClick={toEnd}>
          <Icon name="down" size={18} />
          {unseen > 0 ? t("newCount", { count: unseen }) : t("jumpToPresent")}
        </button>
      )}
    </div>
  );
}

/** So much is unread that its end in sight does not make it read: the way to its beginning, and the word that it is. */
function FarUnread({ count, onJump, onRead }: { count: number; onJump: () => void; onRead: () => void }) {
  return (
    <div class="far-unread">
      <button type="button" class="jump jump-up" onClick={onJump}>
        <Icon name="down" size={18} />
        {count >= MOST_COUNTED ? t("farUnreadMost", { most: MOST_COUNTED - 1 }) : t("farUnread", { count })}
      </button>
      <button type="button" class="jump" onClick={onRead}>
        <Icon name="check" size={18} />
        {t("markAsRead")}
      </button>
    </div>
  );
}

/** What stands above the oldest message: more to come, the beginning, or why neither. */
function Top({ room, onRetry }: { room: RoomState; onRetry: () => void }) {
  const log = room.shown.value;
  if (room.paging.value === "failed") {
    return (
      <p class="timeline-top" role="alert">
        {t("olderFailed")}{" "}
        <button type="button" class="button-link" onClick={onRetry}>
          {ui("tryAgain")}
        </button>
      </p>
    );
  }
  if (!log.loaded) return <Skeleton />;
  if (log.hasBefore) return <div class="timeline-top">{room.paging.value === "loading" && <div class="spinner" role="status" aria-label={t("loadingOlder")} />}</div>;
  if (log.messages.length + log.pending.length === 0) {
    return (
      <div class="timeline-start timeline-empty">
        <h2>{t("nothingYet")}</h2>
        <p>{t(emptyWords[room.info.value.type])}</p>
      </div>
    );
  }
  const { type, userId } = room.info.value;
  const isDirect = type === "direct" && userId !== log.me;
  const name = <bdi>{room.name.value}</bdi>;
  return (
    <div class="timeline-start">
      <h2>{isDirect ? t.rich("beginningDirect", { name }) : t.rich("beginning", { room: name })}</h2>
      <p>{t(type === "direct" ? "nobodyElse" : "everythingBelow")}</p>
    </div>
  );
}

const emptyWords = {
  public: "emptyPublic",
  private: "emptyPrivate",
  direct: "emptyDirect",
} as const;

/** Stands for messages that are on their way. */
function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label={t("loadingMessages")}>
      {[62, 38, 74, 50, 30].map((width, i) => (
        <div key={i} class={`skeleton-row skeleton-${width}`} />
      ))}
    </div>
  );
}

function keyOfSeq(items: readonly Item[], seq: number): string | undefined {
  return seq > 0 ? items.find((item) => item.seq === seq)?.key : undefined;
}

/** Marks the room read as far as it was in sight. landed: where the unread ones begin was noted before; end: the log's end, where that is in sight. */
function useReading(chat: Chat, room: RoomState, scroller: RefObject<HTMLDivElement | null>, landed: boolean, end: number): void {
  // While what was missed is being told, how much that is is not known.
  const isTold = room.presence.value.kind === "in" || chat.status.value.kind !== "online";
  useEffect(() => {
    const element = scroller.current;
    if (!landed || !isTold || !element) return undefined;
    let frame = 0;
    const read = () => {
      if (document.visibilityState !== "visible") return;
      const { first, last } = inSight(element);
      if (goesOn(room, first)) chat.readTo(room, Math.max(end, last));
    };
    const scrolled = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(read);
    };
    read();
    document.addEventListener("visibilitychange", read);
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener("visibilitychange", read);
      element.removeEventListener("scroll", scrolled);
    };
  }, [room, landed, isTold, end]);
}

/** Whether what is in sight goes on from what was read. Little that is unread may be passed by; of very much nothing is read because its end is in sight. */
function goesOn(room: RoomState, firstInSight: number): boolean {
  if (room.unread.peek() <= LAND_WITHIN) return true;
  const { messages, first, hasBefore, me } = room.log.peek();
  const read = room.readSeq.peek() ?? 0;
  if (first > read + 1 && hasBefore) return false;
  return messages.filter((m) => m.seq > read && m.seq < firstInSight && m.author !== me && !m.deleted).length <= PASSED_BY;
}

/** The server counts no further. */
const MOST_COUNTED = 1000;

interface UnreadLine {
  count: number; // of the unread messages
  read: number; // up to here it was read when it was opened
  end: number; // the log ended here then
}

/** Where "New" stands: it is worked out once, when both numbers are known, and stays while the room is open. */
function useUnreadLine(room: RoomState): UnreadLine | undefined {
  const line = useRef<UnreadLine>(undefined);
  const read = room.readSeq.value;
  const end = room.log.value.last;
  if (!line.current && read !== undefined && end >= 0) line.current = { count: room.unread.peek(), read, end };
  return line.current;
}

/** Shows where the unread messages begin, once that is there; says whether it is decided where the reader stands. key: of the first of them, if it is to be shown. */
function useLanding(settled: boolean, key: string | undefined, toLine: (key: string) => void): boolean {
  const [landed, setLanded] = useState(false);
  useLayoutEffect(() => {
    if (landed || !settled) return;
    if (key !== undefined) toLine(key);
    setLanded(true);
  }, [settled]);
  return landed;
}

/** Reads who has read how far, once the room is joined and where it shows that. */
function useReceipts(chat: Chat, room: RoomState): void {
  const shown = showsReceipts(room.info.value) && room.presence.value.kind === "in";
  useEffect(() => {
    if (shown) void chat.readReceipts(room);
  }, [shown, room]);
}

/** Whoever writes wants to see what he wrote; who writes in a thread sees it there. */
function useSendingLeadsToEnd(log: RoomLog, toEnd: () => void): void {
  const newest = log.pending.at(-1);
  const id = newest?.clientId;
  const before = useRef(id);
  useEffect(() => {
    const isInThread = newest?.parent !== undefined && newest.parent === openThread.peek()?.seq;
    if (id !== undefined && id !== before.current && !isInThread) toEnd();
    before.current = id;
  }, [id]);
}

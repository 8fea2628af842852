import { Component, type ComponentChild } from "preact";
import { Attachments } from "../attachments/Attachments";
import type { ApartMessages } from "../chat/apart";
import { type Refused, refusedText } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/timeline";
import { directionOf, isRightToLeft } from "../i18n/language";
import { MessageText } from "../markdown/MessageText";
import { commaText, numberText } from "../i18n/number";
import { LinkCard } from "../previews/LinkCard";
import { MENTION_ROOM } from "../protocol";
import { Quote } from "../threads/Quote";
import { Icon } from "../ui/Icon";
import { clockTime, exactTime } from "../ui/time";
import type { Item } from "./rows";
import type { Reach } from "./seen";
import type { Named } from "./text";

/** People named below a message; the others are counted. */
const SEEN_NAMES = 3;

export interface BubbleHandlers {
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
  /** Whether reactions may be changed where they stand. */
  mayReact: boolean;
  onReact: (seq: number, emoji: string, on: boolean) => void;
  onCopy: (text: string) => void;
  /** Opens the answers to a message. */
  onThread: (seq: number) => void;
  /** Where the messages come from that are answered; undefined: it is not said here what a message answers. */
  apart?: ApartMessages;
}

interface BubbleProps {
  item: Item;
  chat: Chat;
  /** Whether Tab stops at its buttons. */
  isTabStop: boolean;
  /** Whether somebody else has it, or has read it, where the room shows it. */
  reach: Reach;
  /** Who has read it, where that is said below it. */
  seenBy: readonly string[] | undefined;
  /** Whether it was gone to. */
  isMarked: boolean;
  isPinned: boolean;
  /** Stands in the place of its text while that is changed. */
  form: ComponentChild;
  handlers: BubbleHandlers;
}

/**
 * One message, made again only when something of it changes: while one scrolls, a hundred others stay. A remembered vnode would do
 * that too, but keeps the tree it was made in, and so everything that was read by then.
 */
export class MessageRow extends Component<BubbleProps> {
  override shouldComponentUpdate(next: BubbleProps): boolean {
    const { item, chat, isTabStop, reach, seenBy, isMarked, isPinned, form, handlers } = this.props;
    if (next.item !== item || next.chat !== chat || next.form !== form || next.handlers !== handlers) return true;
    return next.isTabStop !== isTabStop || next.reach !== reach || next.seenBy !== seenBy || next.isMarked !== isMarked || next.isPinned !== isPinned;
  }

  override render() {
    return <Bubble {...this.props} />;
  }
}

/** One message. Its text is text, whatever it says. */
function Bubble({ item, chat, isTabStop, reach, seenBy, isMarked, isPinned, form, handlers }: BubbleProps) {
  const { onRetry, onDiscard, mayReact, onReact, onCopy, onThread, apart } = handlers;
  const tabIndex = isTabStop ? 0 : -1;
  return (
    <div class={isMarked ? "message message-found" : "message"} data-key={item.key} data-seq={item.seq || undefined} data-state={item.state}>
      <div class="bubble">
        {apart && item.parent > 0 && !item.deleted && <Quote apart={apart} roomId={apart.roomId} seq={item.parent} me={chat.user.id} tabIndex={tabIndex} />}
        {form}
        {/* What stands in a bubble begins where its text begins; the bubble itself stands where the page puts it. */}
        <div dir={item.deleted ? undefined : directionOf(item.text)}>
          {item.deleted ? (
            <p class="bubble-text bubble-deleted">{t("deleted")}</p>
          ) : (
            item.text !== "" && !form && <MessageText text={item.text} named={namedIn(item, chat)} tabIndex={tabIndex} onCopy={onCopy} />
          )}
          {!item.deleted && !form && <LinkCard item={item} previews={chat.previews} tabIndex={tabIndex} />}
          {!item.deleted && item.attachments.length > 0 && <Attachments seq={item.seq} list={item.attachments} tabIndex={tabIndex} />}
          <Reactions item={item} tabIndex={tabIndex} mayReact={mayReact} onReact={onReact} />
          <span class="bubble-meta">
            {isPinned && !item.deleted && (
              <span class="bubble-pin" title={t("pinned")}>
                <Icon name="pin" size={14} />
                <span class="hidden">{t("pinned")}</span>
              </span>
            )}
            {item.editedAt > 0 && (
              <span class="bubble-edited" title={exactTime(item.editedAt)}>
                {t("edited")}
              </span>
            )}
            <time dateTime={new Date(item.at).toISOString()} title={exactTime(item.at)} dir={isRightToLeft.value ? "rtl" : "ltr"}>
              {clockTime(item.at)}
            </time>
            {item.own && <State state={(item.state === "logged" && reach) || item.state} />}
          </span>
        </div>
      </div>
      {!item.deleted && (
        <button type="button" class="message-more" data-more tabIndex={tabIndex} aria-label={t("messageActions")} aria-haspopup="menu">
          <Icon name="dots" size={18} />
        </button>
      )}
      {item.replies > 0 && (
        <button type="button" class="replies" tabIndex={tabIndex} onClick={() => onThread(item.seq)}>
          <Icon name="thread" size={16} />
          {t("replies", { count: item.replies })}
        </button>
      )}
      {seenBy && <SeenBy by={seenBy} />}
      {item.state === "failed" && item.clientId !== undefined && (
        <Failure error={item.error} clientId={item.clientId} onRetry={onRetry} onDiscard={onDiscard} />
      )}
    </div>
  );
}

interface ReactionsProps {
  item: Item;
  tabIndex: number;
  mayReact: boolean;
  onReact: (seq: number, emoji: string, on: boolean) => void;
}

function Reactions({ item, tabIndex, mayReact, onReact }: ReactionsProps) {
  const reactions = Object.entries(item.reactions);
  if (reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label={t("reactions")}>
      {reactions.map(([emoji, { count, me, waiting }]) => (
        <li key={emoji}>
          <button type="button" class="reaction" tabIndex={tabIndex} disabled={!mayReact} aria-pressed={me} data-waiting={waiting} title={waiting && t("sending")} onClick={() => onReact(item.seq, emoji, !me)}>
            <span dir="auto">{emoji}</span> <span class="reaction-count">{numberText(count)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Whom a message means, by name and by id. */
function namedIn(item: Item, chat: Chat): Named[] {
  const named = item.mentions.map((id) => ({ name: id === MENTION_ROOM ? "room" : chat.people.name(id), isUs: id === chat.user.id || id === MENTION_ROOM }));
  return [...named, ...item.mentions.map((id) => ({ name: id, isUs: id === chat.user.id }))];
}

/** Who has read our newest message, where the room shows it. */
function SeenBy({ by }: { by: readonly string[] }) {
  const names = <bdi>{commaText(by.slice(0, SEEN_NAMES))}</bdi>;
  const more = by.length - SEEN_NAMES;
  return (
    <p class="seen-by" title={commaText(by)}>
      {more > 0 ? t.rich("seenByMore", { names, count: more }) : t.rich("seenBy", { names })}
    </p>
  );
}

const states = {
  logged: { icon: "check", label: "sent" },
  delivered: { icon: "checks", label: "delivered" },
  read: { icon: "checks", label: "read" },
  sending: { icon: "clock", label: "sending" },
  failed: { icon: "alert", label: "notSent" },
} as const;

function State({ state }: { state: keyof typeof states }) {
  const { icon, label } = states[state];
  return (
    <span class={state === "read" ? "bubble-state bubble-read" : "bubble-state"} title={t(label)}>
      <Icon name={icon} size={14} />
      <span class="hidden">{t(label)}</span>
    </span>
  );
}

interface FailureProps {
  error: Refused | undefined;
  clientId: string;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

function Failure({ error, clientId, onRetry, onDiscard }: FailureProps) {
  return (
    <div class="failure" role="alert">
      <span>{t("notSentWhy", { error: error ? refusedText(error) : "" })}</span>
      <button type="button" class="button-link" onClick={() => onRetry(clientId)}>
        {t("retry")}
      </button>
      <button type="button" class="button-link" onClick={() => onDiscard(clientId)}>
        {t("discard")}
      </button>
    </div>
  );
}

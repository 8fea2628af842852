import { Icon } from "../ui/Icon";
import { clockTime, exactTime } from "../ui/time";
import type { Item } from "./rows";
import { pieces } from "./text";

export interface BubbleHandlers {
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
  onReact: (seq: number, emoji: string, on: boolean) => void;
}

interface BubbleProps extends BubbleHandlers {
  item: Item;
  /** Whether Tab stops at its buttons. */
  isTabStop: boolean;
}

/** One message. Its text is text, whatever it says. */
export function Bubble({ item, isTabStop, onRetry, onDiscard, onReact }: BubbleProps) {
  const tabIndex = isTabStop ? 0 : -1;
  return (
    <div class="message" data-key={item.key} data-seq={item.seq || undefined} data-state={item.state}>
      <div class="bubble">
        {item.deleted ? (
          <p class="bubble-text bubble-deleted">This message was deleted.</p>
        ) : (
          <p class="bubble-text" dir="auto">
            <Text text={item.text} />
          </p>
        )}
        <Reactions item={item} tabIndex={tabIndex} onReact={onReact} />
        <span class="bubble-meta">
          {item.editedAt > 0 && (
            <span class="bubble-edited" title={exactTime(item.editedAt)}>
              edited
            </span>
          )}
          <time dateTime={new Date(item.at).toISOString()} title={exactTime(item.at)}>
            {clockTime(item.at)}
          </time>
          {item.own && <State state={item.state} />}
        </span>
      </div>
      {!item.deleted && (
        <button type="button" class="message-more" data-more tabIndex={tabIndex} aria-label="Message actions" aria-haspopup="menu">
          <Icon name="dots" size={18} />
        </button>
      )}
      {item.state === "failed" && item.clientId !== undefined && (
        <Failure error={item.error} clientId={item.clientId} onRetry={onRetry} onDiscard={onDiscard} />
      )}
    </div>
  );
}

interface ReactionsProps {
  item: Item;
  tabIndex: number;
  onReact: (seq: number, emoji: string, on: boolean) => void;
}

function Reactions({ item, tabIndex, onReact }: ReactionsProps) {
  const reactions = Object.entries(item.reactions);
  if (reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label="Reactions">
      {reactions.map(([emoji, { count, me }]) => (
        <li key={emoji}>
          <button type="button" class="reaction" tabIndex={tabIndex} aria-pressed={me} onClick={() => onReact(item.seq, emoji, !me)}>
            <span dir="auto">{emoji}</span> <span class="reaction-count">{count}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Text({ text }: { text: string }) {
  return (
    <>
      {pieces(text).map((piece, i) =>
        piece.href === undefined ? (
          piece.text
        ) : (
          <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ),
      )}
    </>
  );
}

const states = {
  logged: { icon: "check", label: "Sent" },
  sending: { icon: "clock", label: "Sending" },
  failed: { icon: "alert", label: "Not sent" },
} as const;

function State({ state }: { state: Item["state"] }) {
  const { icon, label } = states[state];
  return (
    <span class="bubble-state" title={label}>
      <Icon name={icon} size={14} />
      <span class="hidden">{label}</span>
    </span>
  );
}

interface FailureProps {
  error: string | undefined;
  clientId: string;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

function Failure({ error, clientId, onRetry, onDiscard }: FailureProps) {
  return (
    <div class="failure" role="alert">
      <span>Not sent. {error}</span>
      <button type="button" class="button-link" onClick={() => onRetry(clientId)}>
        Retry
      </button>
      <button type="button" class="button-link" onClick={() => onDiscard(clientId)}>
        Discard
      </button>
    </div>
  );
}

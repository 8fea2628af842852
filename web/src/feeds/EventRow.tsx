import { useState } from "preact/hooks";
import { t } from "../i18n/en/feeds";
import { type Words, words } from "../i18n/words";
import { Icon } from "../ui/Icon";
import { exactTime, secondsTime } from "../ui/time";
import type { Change, Entry } from "./feed";
import { kindIcons } from "./words";

/** The most of one event that is laid out, in characters: browsers stand still over megabytes of text. */
const MAX_SHOWN = 100_000;

interface EventRowProps {
  entry: Entry;
  isStop: boolean;
  copy: (text: string, done: Words) => void;
}

/** One event: what it does, to which document, when it came; opened, all of it. */
export function EventRow({ entry, isStop, copy }: EventRowProps) {
  const [open, setOpen] = useState(false);
  const time = (
    <time dateTime={new Date(entry.at).toISOString()} title={exactTime(entry.at)}>
      {secondsTime(entry.at)}
    </time>
  );
  if ("note" in entry) {
    return (
      <li class="feed-note">
        <span>{t(entry.note)}</span>
        {time}
      </li>
    );
  }
  const { change, n } = entry;
  const bodyId = `event-${n}`;
  return (
    <li class="feed-row-item">
      <button type="button" class="feed-event" data-n={n} tabIndex={isStop ? 0 : -1} aria-expanded={open} aria-controls={open ? bodyId : undefined} onClick={() => setOpen(!open)}>
        <Icon name={open ? "more" : "less"} size={16} />
        <span class="feed-kind" data-kind={change.kind}>
          <Icon name={kindIcons[change.kind]} size={14} />
          {t(change.kind)}
        </span>
        <span class="feed-line" dir="ltr">
          <span class="feed-key">{change.key || "–"}</span>
          {change.preview && <span class="feed-preview"> {change.preview}</span>}
        </span>
        {change.skipped && <span class="feed-skipped">{t("tooLarge")}</span>}
        {time}
      </button>
      {open && <Body id={bodyId} change={change} onCopy={(json) => copy(json, words(() => t("jsonCopied")))} />}
    </li>
  );
}

function Body({ id, change, onCopy }: { id: string; change: Change; onCopy: (json: string) => void }) {
  const json = JSON.stringify(JSON.parse(change.text), null, 2);
  return (
    <div id={id} class="feed-body">
      {/* It scrolls sideways, so it must take the focus. */}
      <pre tabIndex={0} role="region" aria-label={t("jsonOf", { kind: t(change.kind), key: change.key })} dir="ltr">
        {json.slice(0, MAX_SHOWN)}
      </pre>
      {json.length > MAX_SHOWN && (
        <p class="hint">{t("firstOf", { first: MAX_SHOWN, all: json.length })}</p>
      )}
      <button type="button" class="button-plain feed-copy" onClick={() => onCopy(json)}>
        <Icon name="copy" size={18} />
        {t("copyJson")}
      </button>
    </div>
  );
}

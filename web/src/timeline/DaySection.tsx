import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/timeline";
import { Avatar } from "../ui/Avatar";
import { hueOf } from "../ui/identity";
import { clockTime, dayName } from "../ui/time";
import { type BubbleHandlers, MessageRow } from "./Bubble";
import { NoteLine } from "./NoteLine";
import type { Day, Group } from "./rows";
import { reachOf, type Seen } from "./seen";
import type { EditedRow } from "./useEditInSight";

interface Shared {
  chat: Chat;
  handlers: BubbleHandlers;
  seen: Seen;
  /** The key of the message whose buttons Tab stops at. */
  tabStop: string;
  /** The message that was gone to; 0: none. */
  marked: number;
  /** The seqs of the pinned messages. */
  pins: readonly number[];
  edited: EditedRow | undefined;
}

interface DaySectionProps extends Shared {
  day: Day;
  /** Says what its messages are, where there are others of the same day. */
  what?: string;
  now: number;
  /** The first message not read when the room was opened; 0: none. */
  firstUnread: number;
}

/** One day: its name stays in sight while its messages are. */
export function DaySection({ day, what, now, firstUnread, ...shared }: DaySectionProps) {
  const { chat } = shared;
  const name = dayName(day.at, now);
  return (
    <section class="day" aria-label={what ? t("dayOf", { what, day: name }) : name} data-day={day.key}>
      <h2 class="day-name">
        <span>{name}</span>
      </h2>
      {day.groups.map((group) => group.note ? <NoteLine key={group.key} note={group.note} chat={chat} /> : (
        <GroupView key={group.key} group={group} isUnread={firstUnread > 0 && group.items[0]?.seq === firstUnread} {...shared} />
      ))}
    </section>
  );
}

interface GroupProps extends Shared {
  group: Group;
  isUnread: boolean;
}

function GroupView({ group, isUnread, tabStop, marked, pins, edited, seen, ...shared }: GroupProps) {
  const at = group.items[0]?.at ?? 0;
  return (
    <>
      {isUnread && (
        <p class="unread-line">
          <span>{t("newLine")}</span>
        </p>
      )}
      <div class={`group${group.own ? " own" : ""}`} role="group" aria-label={group.own ? t("groupOwn", { time: clockTime(at) }) : t("groupOf", { name: group.authorName, time: clockTime(at) })}>
        {!group.own && <Avatar id={group.author} name={group.authorName} />}
        <div class="group-body">
          {!group.own && (
            <p class={`group-name hue-${hueOf(group.author)}`} title={group.authorName}>
              <bdi>{group.authorName}</bdi>
            </p>
          )}
          {group.items.map((item) => (
            <MessageRow
              key={item.key}
              item={item}
              isTabStop={item.key === tabStop}
              reach={item.own && item.seq > 0 ? reachOf(item.seq, seen) : undefined}
              seenBy={item.seq > 0 && item.seq === seen.under ? seen.by : undefined}
              isMarked={marked > 0 && item.seq === marked}
              isPinned={item.seq > 0 && pins.includes(item.seq)}
              form={item.seq > 0 && item.seq === edited?.seq ? edited.form : undefined}
              {...shared}
            />
          ))}
        </div>
      </div>
    </>
  );
}

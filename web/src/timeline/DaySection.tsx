import { Avatar } from "../ui/Avatar";
import { hueOf } from "../ui/identity";
import { clockTime, dayName } from "../ui/time";
import { Bubble } from "./Bubble";
import type { Day, Group } from "./rows";

interface Handlers {
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

interface DaySectionProps extends Handlers {
  day: Day;
  now: number;
  /** The first message not read when the room was opened; 0: none. */
  firstUnread: number;
}

/** One day: its name stays in sight while its messages are. */
export function DaySection({ day, now, firstUnread, ...handlers }: DaySectionProps) {
  const name = dayName(day.at, now);
  return (
    <section class="day" aria-label={name} data-day={day.key}>
      <h2 class="day-name">
        <span>{name}</span>
      </h2>
      {day.groups.map((group) => (
        <GroupView key={group.key} group={group} isUnread={firstUnread > 0 && group.items[0]?.seq === firstUnread} {...handlers} />
      ))}
    </section>
  );
}

interface GroupProps extends Handlers {
  group: Group;
  isUnread: boolean;
}

function GroupView({ group, isUnread, ...handlers }: GroupProps) {
  const at = group.items[0]?.at ?? 0;
  return (
    <>
      {isUnread && (
        <p class="unread-line">
          <span>New</span>
        </p>
      )}
      <div class={`group${group.own ? " own" : ""}`} role="group" aria-label={`${group.own ? "You" : group.authorName}, ${clockTime(at)}`}>
        {!group.own && <Avatar id={group.author} name={group.authorName} />}
        <div class="group-body">
          {!group.own && (
            <p class={`group-name hue-${hueOf(group.author)}`}>
              <bdi>{group.authorName}</bdi>
            </p>
          )}
          {group.items.map((item) => (
            <Bubble key={item.key} item={item} {...handlers} />
          ))}
        </div>
      </div>
    </>
  );
}

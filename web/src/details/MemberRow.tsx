import type { Member } from "../protocol";
import { roleNames } from "../rooms/rights";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { dateAndTime } from "../ui/time";
import { isBanned } from "./memberActions";

interface MemberRowProps {
  member: Member;
  name: string;
  isUs: boolean;
  now: number;
  /** Undefined: we may do nothing with this one. */
  onMenu: ((anchor: HTMLElement) => void) | undefined;
}

export function MemberRow({ member, name, isUs, now, onMenu }: MemberRowProps) {
  return (
    <li class="member" data-member={member.userId}>
      <Avatar id={member.userId} name={name} />
      <span class="pick-text">
        <bdi class="pick-name">{isUs ? `${name} (you)` : name}</bdi>
        <span class="pick-more">{standing(member, now)}</span>
      </span>
      {onMenu && (
        <button type="button" class="button-icon" aria-label={`What to do with ${name}`} aria-haspopup="menu" onClick={(event) => onMenu(event.currentTarget)}>
          <Icon name="dots" />
        </button>
      )}
    </li>
  );
}

function standing(member: Member, now: number): string {
  if (isBanned(member, now)) return `Banned until ${dateAndTime(Date.parse(member.bannedUntil ?? ""))}`;
  return member.role ? roleNames[member.role] : "Taken out";
}

import type { Presence } from "../../client/src/index";
import { t } from "../i18n/en/details";
import type { Member } from "../protocol";
import { roleName } from "../rooms/rights";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { presenceText, WithPresence } from "../ui/Presence";
import { dateAndTime } from "../ui/time";
import { isBanned } from "./memberActions";

interface MemberRowProps {
  member: Member;
  name: string;
  isUs: boolean;
  now: number;
  /** Undefined: it is not known, or not shown here. */
  presence: Presence | undefined;
  /** Undefined: we may do nothing with this one. */
  onMenu: ((anchor: HTMLElement) => void) | undefined;
}

export function MemberRow({ member, name, isUs, now, presence, onMenu }: MemberRowProps) {
  return (
    <li class="member" data-member={member.userId}>
      <WithPresence presence={presence}>
        <Avatar id={member.userId} name={name} />
      </WithPresence>
      <span class="pick-text">
        <bdi class="pick-name">{isUs ? t("nameYou", { name }) : name}</bdi>
        <span class="pick-more">
          <span>{standing(member, now)}</span>
          {presence && <span> · {presenceText(presence, now)}</span>}
        </span>
      </span>
      {onMenu && (
        <button type="button" class="button-icon" aria-label={t("whatToDo", { name })} aria-haspopup="menu" onClick={(event) => onMenu(event.currentTarget)}>
          <Icon name="dots" />
        </button>
      )}
    </li>
  );
}

function standing(member: Member, now: number): string {
  if (isBanned(member, now)) return t("bannedUntil", { time: dateAndTime(Date.parse(member.bannedUntil ?? "")) });
  return member.role ? roleName(member.role) : t("takenOut");
}

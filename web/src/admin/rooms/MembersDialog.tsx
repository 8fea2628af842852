import { useState } from "preact/hooks";
import { refusalOf } from "../../chat/asking";
import type { Chat } from "../../chat/chat";
import { useServerNow } from "../../chat/useServerNow";
import { actionsFor, type MemberStep } from "../../details/memberActions";
import { MemberQuestion } from "../../details/MemberQuestion";
import { MemberRow } from "../../details/MemberRow";
import { t } from "../../i18n/en/admin";
import type { Member, RoomRow, SetMember } from "../../protocol";
import { ActionMenu } from "../../ui/ActionMenu";
import { Dialog } from "../../ui/Dialog";
import { Freshness } from "../Freshness";
import { ListEnd } from "../ListEnd";
import type { AdminRequests } from "../requests";
import { useList } from "../useList";

/** How often it is asked whether a ban is over, in ms. */
const BANS_EVERY_MS = 10_000;

interface MembersDialogProps {
  chat: Chat;
  requests: AdminRequests;
  room: RoomRow;
  onClose: () => void;
}

/** Who is what in a room that an admin need not be in, and what he may make of them. */
export function MembersDialog({ chat, requests, room, onClose }: MembersDialogProps) {
  const list = useList<Member>(room.id, chat.status.value.kind === "online", (last) => requests.members(room.id, last));
  const now = useServerNow(chat, BANS_EVERY_MS);
  const [menu, setMenu] = useState<{ member: Member; anchor: HTMLElement }>();
  const [asking, setAsking] = useState<{ step: "remove" | "ban"; member: Member }>();
  const [said, setSaid] = useState("");

  const set = async (userId: string, change: Pick<SetMember, "role" | "bannedUntil">) => {
    const refusal = await refusalOf(requests.setMember({ roomId: room.id, userId, ...change }));
    if (refusal === undefined) list.refresh();
    return refusal;
  };
  const run = (step: MemberStep, member: Member) => {
    if (step.kind === "remove" || step.kind === "ban") return setAsking({ step: step.kind, member });
    void set(member.userId, step.kind === "back" ? { bannedUntil: null } : { role: step.role }).then((refusal) => setSaid(refusal ?? ""));
  };
  const closeMenu = () => {
    menu?.anchor.focus();
    setMenu(undefined);
  };
  return (
    <Dialog title={t("membersOf", { room: room.name })} side onClose={onClose}>
      <p class="form-error" role="alert">
        {said}
      </p>
      <Freshness list={list} listed="listMembers" />
      <ul class="members" tabIndex={-1} aria-label={t("members")}>
        {list.items.map((member) => (
          <MemberRow
            key={member.userId}
            member={member}
            name={chat.people.name(member.userId)}
            isUs={member.userId === chat.user.id}
            now={now}
            presence={undefined}
            onMenu={(anchor) => setMenu({ member, anchor })}
          />
        ))}
      </ul>
      <ListEnd list={list} listed="listMembers" empty={<p class="dialog-text">{t("noRoles")}</p>} />
      {menu && (
        <ActionMenu
          label={chat.people.name(menu.member.userId)}
          anchor={menu.anchor}
          alignEnd
          choices={[]}
          actions={actionsFor({ ...room, role: "owner" }, menu.member, now, (step) => run(step, menu.member))}
          onClose={closeMenu}
        />
      )}
      {asking && (
        <MemberQuestion
          step={asking.step}
          name={chat.people.name(asking.member.userId)}
          onRemove={() => set(asking.member.userId, { role: null })}
          onBan={(forMs) => set(asking.member.userId, { bannedUntil: chat.timeIn(forMs) })}
          onClose={() => setAsking(undefined)}
        />
      )}
    </Dialog>
  );
}

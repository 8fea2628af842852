import { useRef, useState } from "preact/hooks";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { useServerNow } from "../chat/useServerNow";
import { t } from "../i18n/en/details";
import { t as ui } from "../i18n/en/ui";
import type { Member, SetMember } from "../protocol";
import { PersonSearch } from "../rooms/PersonSearch";
import { grantable, mayModerate } from "../rooms/rights";
import { ActionMenu } from "../ui/ActionMenu";
import { Icon } from "../ui/Icon";
import { useKeptFocus } from "../ui/useKeptFocus";
import { actionsFor, type MemberStep } from "./memberActions";
import { MemberQuestion } from "./MemberQuestion";
import { MemberRow } from "./MemberRow";
import { useMembers } from "./useMembers";

/** In rooms of more members the server tells nobody who comes and goes. */
const MOST_PRESENT = 200;
/** How often it is asked whether a ban is over, in ms. */
const BANS_EVERY_MS = 10_000;

/** Who is what in a room, and what one's role may make of them. */
export function Members({ chat, room }: { chat: Chat; room: RoomState }) {
  const list = useMembers(chat, room);
  const now = useServerNow(chat, BANS_EVERY_MS);
  const [adding, setAdding] = useState(false);
  const [menu, setMenu] = useState<{ member: Member; anchor: HTMLElement }>();
  const [asking, setAsking] = useState<{ step: "remove" | "ban"; member: Member }>();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const heading = useRef<HTMLDivElement>(null);
  const info = room.info.value;
  useKeptFocus(heading, list.kind);
  const showsPresence = list.members.length <= MOST_PRESENT && !(list.more && list.members.length === MOST_PRESENT);

  const set = async (userId: string, change: Pick<SetMember, "role" | "bannedUntil">) => {
    setBusy(true);
    const refusal = await refusalOf(chat.requests.setMember({ roomId: room.id, userId, ...change }));
    setBusy(false);
    if (refusal === undefined) list.readMore();
    return refusal;
  };
  const run = (step: MemberStep, member: Member) => {
    if (step.kind === "remove" || step.kind === "ban") return setAsking({ step: step.kind, member });
    void set(member.userId, step.kind === "back" ? { bannedUntil: null } : { role: step.role }).then((refusal) => setSaid(refusal ?? ""));
  };
  const closeMenu = () => {
    const to = menu?.anchor.isConnected ? menu.anchor : heading.current;
    setMenu(undefined);
    to?.focus();
  };
  const closeAsking = () => {
    setAsking(undefined);
    requestAnimationFrame(() => document.activeElement === document.body && heading.current?.focus());
  };

  return (
    <div ref={heading} class="panel-part" tabIndex={-1}>
      {mayModerate(info) &&
        (adding ? (
          <PersonSearch
            chat={chat}
            label={t("whomToAdd")}
            busy={busy}
            autoFocus
            without={(id) => list.members.some((member) => member.userId === id && member.role !== undefined)}
            onPick={({ id }) => {
              void set(id, { role: "member" }).then((refusal) => {
                setSaid(refusal ?? "");
                if (refusal !== undefined) return;
                setAdding(false);
                heading.current?.focus();
              });
            }}
          />
        ) : (
          <button type="button" class="button-plain" onClick={() => setAdding(true)}>
            <Icon name="plus" size={18} />
            {t("addSomebody")}
          </button>
        ))}
      <p class="form-error" role="alert">
        {said || (list.kind === "failed" && t("membersFailed", { why: list.message }))}
      </p>
      {list.kind === "loading" && <div class="spinner" role="status" aria-label={t("loadingMembers")} />}
      {adding && <h3 class="panel-title">{t("inThisRoom")}</h3>}
      <ul class="members" tabIndex={-1} aria-label={t("members")}>
        {list.members.map((member) => (
          <MemberRow
            key={member.userId}
            member={member}
            name={chat.people.name(member.userId)}
            isUs={member.userId === chat.user.id}
            now={now}
            presence={showsPresence && member.role !== undefined ? chat.presences.of(member.userId) : undefined}
            onMenu={member.userId !== chat.user.id && grantable(info, member.role).length > 0 ? (anchor) => setMenu({ member, anchor }) : undefined}
          />
        ))}
      </ul>
      {list.kind === "ready" && list.members.length === 0 && <p class="dialog-text">{t("nobodyHasRole")}</p>}
      {(list.more || list.kind === "failed") && (
        <button type="button" class="button-plain" onClick={list.readMore}>
          {list.kind === "failed" ? ui("tryAgain") : t("showMore")}
        </button>
      )}
      {menu && (
        <ActionMenu
          label={chat.people.name(menu.member.userId)}
          anchor={menu.anchor}
          alignEnd
          choices={[]}
          actions={actionsFor(info, menu.member, now, (step) => run(step, menu.member))}
          onClose={closeMenu}
        />
      )}
      {asking && (
        <MemberQuestion
          step={asking.step}
          name={chat.people.name(asking.member.userId)}
          onRemove={() => set(asking.member.userId, { role: null })}
          onBan={(forMs) => set(asking.member.userId, { bannedUntil: chat.timeIn(forMs) })}
          onClose={closeAsking}
        />
      )}
    </div>
  );
}

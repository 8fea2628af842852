import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/details";
import type { Invitation } from "../protocol";
import { roleName } from "../rooms/rights";
import { invitationLink } from "../route";
import { Field, Form } from "../session/fields";
import { FreshSecret } from "../ui/FreshSecret";
import { SelectField } from "../ui/SelectField";
import { dateAndTime } from "../ui/time";
import { INVITATIONS, optionsOf, USUAL_INVITATION } from "./periods";

/** The most uses an invitation may have. */
const MOST_USES = 10_000;

/** Links that let people in: made here, shown once, listed and revoked. */
export function Invitations({ chat, room }: { chat: Chat; room: RoomState }) {
  const [list, setList] = useState<readonly Invitation[]>();
  const [error, setError] = useState<string>();
  const [link, setLink] = useState("");
  const read = () =>
    chat.requests.invitations(room.id).then(
      ({ items }) => setList(items),
      (failure: unknown) => setError(messageOf(failure)),
    );
  useEffect(() => void read(), [room]);
  const revoke = async (id: string) => {
    try {
      setError(undefined);
      await chat.requests.removeInvitation(room.id, id);
    } catch (failure) {
      setError(messageOf(failure));
    }
    await read();
  };
  return (
    <div class="panel-part">
      <MakeInvitation
        chat={chat}
        room={room}
        onMade={(token) => {
          setLink(invitationLink(token));
          void read();
        }}
      />
      {link !== "" && <FreshSecret key={link} label={t("linkLabel")} copy={t("linkCopy")} value={link} />}
      <p class="form-error" role="alert">
        {error}
      </p>
      <h3 class="panel-title">{t("openInvitations")}</h3>
      {list?.length === 0 && <p class="dialog-text">{t("noInvitations")}</p>}
      <ul class="members" aria-label={t("openInvitations")}>
        {list?.map((invitation) => (
          <li key={invitation.id} class="member">
            <span class="pick-text">
              <span class="pick-name">
                {usedText(invitation)}
              </span>
              <span class="pick-more">
                {t.rich("untilBy", { time: dateAndTime(Date.parse(invitation.expiresAt)), name: <bdi>{chat.people.name(invitation.author)}</bdi> })}
              </span>
            </span>
            <button type="button" class="button-link" onClick={() => void revoke(invitation.id)}>
              {t("revoke")}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function usedText({ role = "member", uses, maxUses }: Invitation): string {
  return maxUses === 0 ? t("usedTimes", { role: roleName(role), uses }) : t("usedOf", { role: roleName(role), uses, most: maxUses });
}

interface MakeInvitationProps {
  chat: Chat;
  room: RoomState;
  onMade: (token: string) => void;
}

function MakeInvitation({ chat, room, onMade }: MakeInvitationProps) {
  const [role, setRole] = useState<"member" | "reader">("member");
  const [expires, setExpires] = useState(USUAL_INVITATION);
  const [uses, setUses] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const make = async () => {
    setBusy(true);
    setError(undefined);
    try {
      onMade(await chat.requests.invite({ roomId: room.id, role, expiresInMs: Number(expires), maxUses: Number(uses) }));
    } catch (failure) {
      setError(messageOf(failure));
    }
    setBusy(false);
  };
  return (
    <Form action={t("makeLink")} busy={busy} error={error} onSubmit={() => void make()}>
      <SelectField
        label={t("comeInAs")}
        value={role}
        options={[
          { value: "member", label: t("members") },
          { value: "reader", label: t("readers") },
        ]}
        onChange={(value) => setRole(value === "reader" ? "reader" : "member")}
      />
      <SelectField label={t("goodFor")} value={expires} options={optionsOf(INVITATIONS)} onChange={setExpires} />
      <Field label={t("howMany")} type="number" min={1} max={MOST_USES} value={uses} onInput={setUses} autocomplete="off" hint={t("howManyHint")} />
    </Form>
  );
}

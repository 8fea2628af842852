import { useRef, useState } from "preact/hooks";
import { messageOf, refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { useReading } from "../chat/useReading";
import { t } from "../i18n/en/details";
import type { Invitation } from "../protocol";
import { roleName } from "../rooms/rights";
import { invitationLink } from "../route";
import { Field, Form } from "../session/fields";
import { Failed } from "../ui/Failed";
import { FreshSecret } from "../ui/FreshSecret";
import { SelectField } from "../ui/SelectField";
import { dateAndTime } from "../ui/time";
import { useKeptFocus } from "../ui/useKeptFocus";
import { INVITATIONS, optionsOf, USUAL_INVITATION } from "./periods";

/** The most uses an invitation may have. */
const MOST_USES = 10_000;

/** Links that let people in: made here, shown once, listed and revoked. */
export function Invitations({ chat, room }: { chat: Chat; room: RoomState }) {
  const { value: list, failure, tryAgain: read } = useReading(async () => (await chat.requests.invitations(room.id)).items, [chat, room]);
  const [error, setError] = useState<string>();
  const [link, setLink] = useState("");
  const part = useRef<HTMLDivElement>(null);
  useKeptFocus(part, failure !== "" ? "failed" : list ? "list" : "loading");
  const revoke = async (id: string) => {
    setError(undefined);
    setError(await refusalOf(chat.requests.removeInvitation(room.id, id)));
    read();
  };
  return (
    <div class="panel-part">
      <MakeInvitation
        chat={chat}
        room={room}
        onMade={(token) => {
          setLink(invitationLink(token));
          read();
        }}
      />
      {link !== "" && <FreshSecret key={link} label={t("linkLabel")} copy={t("linkCopy")} value={link} />}
      <p class="form-error" role="alert">
        {error}
      </p>
      <h3 class="panel-title">{t("openInvitations")}</h3>
      <div ref={part} class="focus-place">
        {failure !== "" && <Failed text={t("invitationsFailed", { why: failure })} onTryAgain={read} />}
        {list === undefined && failure === "" && <div class="spinner" role="status" tabIndex={-1} aria-label={t("loadingInvitations")} />}
        {list?.length === 0 && <p class="dialog-text" tabIndex={-1}>{t("noInvitations")}</p>}
        <ul class="members" tabIndex={-1} aria-label={t("openInvitations")}>
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

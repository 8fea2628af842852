import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import type { Invitation } from "../protocol";
import { roleNames } from "../rooms/rights";
import { invitationLink } from "../route";
import { Field, Form } from "../session/fields";
import { FreshSecret } from "../ui/FreshSecret";
import { SelectField } from "../ui/SelectField";
import { dateAndTime } from "../ui/time";
import { INVITATION_OPTIONS, USUAL_INVITATION } from "./periods";

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
      {link !== "" && <FreshSecret key={link} label="The link, shown only now" copy="Copy the link" value={link} />}
      <p class="form-error" role="alert">
        {error}
      </p>
      <h3 class="panel-title">Open invitations</h3>
      {list?.length === 0 && <p class="dialog-text">There are none.</p>}
      <ul class="members" aria-label="Open invitations">
        {list?.map((invitation) => (
          <li key={invitation.id} class="member">
            <span class="pick-text">
              <span class="pick-name">
                {invitation.role ? roleNames[invitation.role] : "Member"}, {invitation.maxUses === 0 ? `used ${invitation.uses} times` : `used ${invitation.uses} of ${invitation.maxUses}`}
              </span>
              <span class="pick-more">
                until {dateAndTime(Date.parse(invitation.expiresAt))}, by <bdi>{chat.people.name(invitation.author)}</bdi>
              </span>
            </span>
            <button type="button" class="button-link" onClick={() => void revoke(invitation.id)}>
              Revoke
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
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
    <Form action="Make a link" busy={busy} error={error} onSubmit={() => void make()}>
      <SelectField
        label="They come in as"
        value={role}
        options={[
          { value: "member", label: "Members" },
          { value: "reader", label: "Readers" },
        ]}
        onChange={(value) => setRole(value === "reader" ? "reader" : "member")}
      />
      <SelectField label="Good for" value={expires} options={INVITATION_OPTIONS} onChange={setExpires} />
      <Field label="How many people may use it" type="number" min={1} max={MOST_USES} value={uses} onInput={setUses} autocomplete="off" hint="Empty: as many as like." />
    </Form>
  );
}

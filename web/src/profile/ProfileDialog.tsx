import "./profile.css";
import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/profile";
import { t as session } from "../i18n/en/session";
import { t as ui } from "../i18n/en/ui";
import type { Profile } from "../protocol";
import type { SessionStore } from "../session/session";
import { isAccount } from "../session/token";
import { Avatar } from "../ui/Avatar";
import { Dialog } from "../ui/Dialog";
import { WithPresence } from "../ui/Presence";
import { NameForm } from "./NameForm";
import { PasswordForm } from "./PasswordForm";
import { choiceOf, StatusChoice } from "./StatusChoice";

interface ProfileDialogProps {
  chat: Chat;
  session: SessionStore;
  onClose: () => void;
}

type Reading = { kind: "reading" } | { kind: "failed"; why: string } | { kind: "ready"; profile: Profile };

/** How others see whoever is signed in, and, of an account, its password. */
export function ProfileDialog({ chat, session: store, onClose }: ProfileDialogProps) {
  const [read, setRead] = useState<Reading>({ kind: "reading" });
  const online = chat.status.value.kind === "online";
  const load = () => {
    setRead({ kind: "reading" });
    ownProfile(chat).then(
      (profile) => setRead({ kind: "ready", profile }),
      (error: unknown) => setRead({ kind: "failed", why: messageOf(error) }),
    );
  };
  useEffect(load, []);
  useEffect(() => {
    if (online && read.kind === "failed") load(); // the connection is back
  }, [online]);
  return (
    <Dialog title={session("profile")} side onClose={onClose}>
      <p class="note profile-offline" role="status">
        {!online && t("noConnection")}
      </p>
      {read.kind === "reading" && <div class="spinner" role="status" aria-label={t("reading")} />}
      {read.kind === "failed" && (
        <div class="empty empty-small" role="alert">
          <h3>{t("failed")}</h3>
          <p>{read.why}</p>
          <button type="button" class="button-plain" onClick={load}>
            {ui("tryAgain")}
          </button>
        </div>
      )}
      {read.kind === "ready" && (
        <>
          <Seen chat={chat} online={online} />
          <NameForm chat={chat} profile={read.profile} />
          <StatusChoice chat={chat} profile={read.profile} />
        </>
      )}
      {read.kind !== "reading" && isAccount(chat.user.id) && <PasswordForm chat={chat} session={store} />}
    </Dialog>
  );
}

/** What others see. */
function Seen({ chat, online }: { chat: Chat; online: boolean }) {
  const { id } = chat.user;
  const name = chat.people.name(id);
  const status = choiceOf(chat.people.status(id));
  return (
    <p class="profile-seen">
      <WithPresence presence={online ? { userId: id, status } : undefined}>
        <Avatar id={id} name={name} />
      </WithPresence>
      <span class="pick-text">
        <bdi class="pick-name">{name}</bdi>
        <span class="pick-more">{online && ui(status)}</span>
      </span>
    </p>
  );
}

async function ownProfile(chat: Chat): Promise<Profile> {
  const { id, name } = chat.user;
  const [own = { id, name }] = await chat.requests.people([id]); // who has only just come has none yet
  chat.people.learn([own]);
  return own;
}

import "./profile.css";
import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { useReading } from "../chat/useReading";
import { t } from "../i18n/en/profile";
import { t as session } from "../i18n/en/session";
import { t as ui } from "../i18n/en/ui";
import type { Profile } from "../protocol";
import type { SessionStore } from "../session/session";
import { isAccount } from "../session/token";
import { Avatar } from "../ui/Avatar";
import { Dialog } from "../ui/Dialog";
import { WithPresence } from "../ui/Presence";
import { useKeptFocus } from "../ui/useKeptFocus";
import { NameForm } from "./NameForm";
import { PasswordForm } from "./PasswordForm";
import { choiceOf, StatusChoice } from "./StatusChoice";

interface ProfileDialogProps {
  chat: Chat;
  session: SessionStore;
  onClose: () => void;
}

/** How others see whoever is signed in, and, of an account, its password. */
export function ProfileDialog({ chat, session: store, onClose }: ProfileDialogProps) {
  const { value: profile, failure, tryAgain } = useReading(() => ownProfile(chat), [chat]);
  const online = chat.status.value.kind === "online";
  useEffect(() => {
    if (online && failure !== "") tryAgain(); // the connection is back
  }, [online]);
  const isReading = profile === undefined && failure === "";
  const wasRead = useRef(false);
  wasRead.current ||= !isReading; // what is typed below stays during another try
  const place = useRef<HTMLDivElement>(null);
  useKeptFocus(place, failure !== "" ? "failed" : isReading ? "loading" : "profile");
  return (
    <Dialog title={session("profile")} side onClose={onClose}>
      <p class="note profile-offline" role="status">
        {!online && t("noConnection")}
      </p>
      <div ref={place} class="focus-place">
        {isReading && <div class="spinner" role="status" tabIndex={-1} aria-label={t("reading")} />}
        {failure !== "" && (
          <div class="empty empty-small" role="alert">
            <h3>{t("failed")}</h3>
            <p>{failure}</p>
            <button type="button" class="button-plain" onClick={tryAgain}>
              {ui("tryAgain")}
            </button>
          </div>
        )}
        {profile && (
          <>
            <Seen chat={chat} online={online} />
            <NameForm chat={chat} profile={profile} />
            <StatusChoice chat={chat} profile={profile} />
          </>
        )}
      </div>
      {wasRead.current && isAccount(chat.user.id) && <PasswordForm chat={chat} session={store} />}
    </Dialog>
  );
}

/** What others see. */
function Seen({ chat, online }: { chat: Chat; online: boolean }) {
  const { id } = chat.user;
  const name = chat.people.name(id);
  const status = choiceOf(chat.people.status(id));
  return (
    <p class="profile-seen" tabIndex={-1}>
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

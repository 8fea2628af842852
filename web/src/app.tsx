import { useEffect, useMemo, useState } from "preact/hooks";
import { Alerts } from "./alerts/alerts";
import { DropZone } from "./attachments/DropZone";
import { AdminScreen } from "./admin/AdminScreen";
import { Trays } from "./attachments/trays";
import { showUnread } from "./chat/badge";
import { Chat } from "./chat/chat";
import { ChatView } from "./chat/ChatView";
import { FeedsScreen } from "./feeds/FeedsScreen";
import { useFeeds } from "./feeds/useFeeds";
import { t } from "./i18n/en/page";
import { eraseKept } from "./offline/store";
import { signOut } from "./push/usePush";
import { openAdmin, openFeed, openRoomId } from "./route";
import type { Session, SessionStore } from "./session/session";
import { SignIn } from "./session/SignIn";
import { Unanswered } from "./session/Unanswered";

/** What is said where one signs in again, by its key of the catalogue. */
type Notice = "signedOutByServer";

/** The page: signing in, or the chat of whoever is signed in. */
export function App({ session }: { session: SessionStore }) {
  const current = session.current.value;
  const [notice, setNotice] = useState<Notice>();
  const why = session.ended.value ?? notice;
  return (
    <>
      {current ? <SignedIn key={current.user.id} session={session} current={current} onNotice={setNotice} /> : <SignIn session={session} notice={why && t(why)} />}
      <DropZone />
    </>
  );
}

interface SignedInProps {
  session: SessionStore;
  current: Session;
  onNotice: (notice: Notice | undefined) => void;
}

function SignedIn({ session, current, onNotice }: SignedInProps) {
  const [chat, setChat] = useState<Chat>();
  // By the clock of this device, which may be wrong, it is over already.
  const [isDoubtful, setDoubtful] = useState(() => current.expiresAt <= Date.now());

  useEffect(() => {
    onNotice(undefined);
    const started = new Chat(current, openRoomId);
    const alerts = new Alerts(started);
    const endBadge = started.unread.subscribe(showUnread); // also among the feeds
    let isOver = false;
    setChat(started);
    const offline = import("./offline/offline").then(({ Offline }) => (isOver ? undefined : new Offline(started)), () => undefined);
    return () => {
      isOver = true;
      // Who has signed out, here or in another tab, leaves nothing behind: at once, for the page may be closed now, and again
      // when what was being written is written.
      const isGone = () => session.current.peek()?.user.id !== current.user.id;
      if (isGone()) void eraseKept(current.user.id).catch(() => undefined);
      void offline.then(async (kept) => {
        await kept?.close();
        if (isGone()) await eraseKept(current.user.id).catch(() => undefined);
      });
      endBadge();
      showUnread(0);
      alerts.close();
      started.close();
    };
  }, [current]);

  const kind = chat?.status.value.kind;
  useEffect(() => {
    if (kind === "online") setDoubtful(false);
    if (kind === "refused" && isDoubtful) session.end();
    if (kind !== "ended") return;
    onNotice("signedOutByServer");
    signOut(session);
  }, [kind]);

  const trays = useMemo(() => chat && new Trays(chat), [chat]);
  useEffect(() => () => trays?.stop(), [trays]);

  const feed = openFeed.value;
  const feeds = useFeeds(chat, feed !== undefined);

  if (!chat || !trays) return null;
  if (isDoubtful) return <Unanswered chat={chat} session={session} />;
  if (feed !== undefined) return <FeedsScreen loaded={feeds} chat={chat} session={session} />;
  if (openAdmin.value !== undefined) return <AdminScreen chat={chat} session={session} />;
  return <ChatView chat={chat} session={session} trays={trays} />;
}

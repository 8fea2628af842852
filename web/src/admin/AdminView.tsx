import { useEffect, useMemo } from "preact/hooks";
import { ConnectionBanner } from "../banner/ConnectionBanner";
import { ExpiryBanner } from "../banner/ExpiryBanner";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/admin";
import { t as ways } from "../i18n/en/ways";
import { openAdmin } from "../route";
import type { SessionStore } from "../session/session";
import { Frame } from "../ui/Frame";
import { MenuButton } from "../ui/MenuButton";
import { AdminNav } from "./AdminNav";
import { Audit } from "./audit/Audit";
import { Health } from "./health/Health";
import { Bots } from "./integrations/Bots";
import { Hooks } from "./integrations/Hooks";
import { Webhooks } from "./integrations/Webhooks";
import { moderated } from "./moderated";
import { NotYours } from "./NotYours";
import { People } from "./people/People";
import { isAdmin, type PartId, partsFor, roleIn } from "./places";
import { Reports } from "./reports/Reports";
import { AdminRequests } from "./requests";
import { RoomNames } from "./roomNames";
import { Rooms } from "./rooms/Rooms";
import type { ScreenProps } from "./screen";
import { Streams } from "./streams/Streams";

const screens: Readonly<Record<PartId, (props: ScreenProps) => preact.JSX.Element>> = {
  reports: Reports,
  audit: Audit,
  rooms: Rooms,
  people: People,
  bots: Bots,
  hooks: Hooks,
  webhooks: Webhooks,
  streams: Streams,
  health: Health,
};

/** The screens of moderators and admins: what there is on the left, the open one beside it. */
export function AdminView({ chat, session }: { chat: Chat; session: SessionStore }) {
  const requests = useMemo(() => new AdminRequests(chat.session), [chat]);
  const names = useMemo(() => new RoomNames(chat, requests), [requests]);
  const place = openAdmin.value ?? { part: "", roomId: undefined };
  const { roomId } = place;
  const admin = isAdmin(chat.user);
  const room = roomId === undefined ? undefined : chat.rooms.value.get(roomId)?.info.value;
  const listing = chat.listing.value;
  const ours = roleIn(chat.user, room);
  const isWaiting = roomId !== undefined && ours === undefined && listing === "loading";
  // Where the list could not be read, nothing says what we are there: the server is asked, and will say.
  const role = ours ?? (listing === "failed" ? "moderator" : undefined);
  const parts = partsFor(chat.user, roomId !== undefined, role);
  const part = place.part === "" ? parts[0] : parts.find(({ id }) => id === place.part);
  const Screen = part && screens[part.id];
  const title = ways(admin ? "administration" : "moderation");
  const name = part && t(part.name);
  useEffect(() => {
    document.title = `${name === undefined ? "" : `${name} · `}${title} · roomstream`;
  }, [name, title]);

  return (
    <Frame
      listId="admin"
      listLabel={t(admin ? "administrationAndAccount" : "moderationAndAccount")}
      hasOpen={place.part !== ""}
      list={(onOpened, onClose) => (
        <AdminNav chat={chat} session={session} names={names} title={title} parts={parts} current={part} roomId={roomId} onOpened={onOpened} onClose={onClose} />
      )}
    >
      {(onMenu) => (
        <>
          <ConnectionBanner chat={chat} />
          <ExpiryBanner chat={chat} session={session} />
          <header class="room-head">
            <MenuButton label={title} controls="admin" onClick={onMenu} />
            <div class="room-head-text">
              <h1>{name ?? title}</h1>
              {part && (
                <p>
                  <bdi>{roomId === undefined ? t("wholeServer") : names.name(roomId)}</bdi>
                </p>
              )}
            </div>
          </header>
          <div class="admin">
            {Screen ? (
              <Screen key={`${part.id} ${roomId ?? ""}`} chat={chat} requests={requests} names={names} roomId={roomId} />
            ) : isWaiting ? (
              <div class="spinner" role="status" aria-label={t("readingRooms")} />
            ) : (
              <NotYours place={place} sees={parts.length > 0} moderates={moderated(chat).length > 0} />
            )}
          </div>
        </>
      )}
    </Frame>
  );
}

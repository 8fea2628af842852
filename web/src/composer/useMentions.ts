import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/composer";
import { MENTION_ROOM } from "../protocol";
import { mayModerate } from "../rooms/rights";
import { isMeant, isRoomMeant, type Typed } from "./mention";

/** Suggestions shown at once. */
const MOST = 6;
/** Typing pauses so long before people are looked up, in ms. */
const PAUSE_MS = 120;

export interface Suggestion {
  readonly id: string;
  /** What is written behind the @. */
  readonly name: string;
  readonly more: string;
  /** It is an emoji, which is written itself. */
  readonly emoji?: string;
}

/** People who can read the room and are meant by what is typed; in a room with moderation also everybody, for those who may. */
export function useMentions(chat: Chat, room: RoomState, typed: Typed | undefined): readonly Suggestion[] {
  const [people, setPeople] = useState<readonly Suggestion[]>([]);
  const query = typed?.query;
  useEffect(() => {
    if (query === undefined) return setPeople([]);
    let current = true;
    const timer = setTimeout(() => {
      suggest(chat, room, query).then(
        (found) => current && setPeople(found),
        () => current && setPeople([]), // typing on is all one wants then
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [chat, room, query]);
  // Those of a moment ago are not to be picked by what was typed since.
  return query === undefined ? [] : people.filter(({ id, name }) => (id === MENTION_ROOM ? isRoomMeant(query) : isMeant(query, name, id)));
}

async function suggest(chat: Chat, room: RoomState, query: string): Promise<Suggestion[]> {
  const info = room.info.peek();
  const people = info.type === "public" ? await chat.requests.findPeople(query) : await membersOf(chat, room, query);
  chat.people.learn(people);
  const found = people
    .filter(({ id, name }) => id !== chat.user.id && isMeant(query, name, id))
    .map(({ id, name }) => ({ id, name: name || id, more: name ? id : "" }));
  const everybody = mayModerate(info) && isRoomMeant(query) ? [{ id: MENTION_ROOM, name: "room", more: t("everybody") }] : [];
  return [...found.slice(0, MOST - everybody.length), ...everybody];
}

/** Members of a private room who may be meant; the other one of a direct one. */
async function membersOf(chat: Chat, room: RoomState, query: string) {
  const { type, userId } = room.info.peek();
  if (type === "direct") return userId === undefined ? [] : chat.requests.people([userId]);
  const members = await chat.requests.findMembers(room.id, query);
  return chat.requests.people(members.filter((member) => member.role !== undefined).map((member) => member.userId));
}

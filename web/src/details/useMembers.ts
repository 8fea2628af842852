import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import type { Member } from "../protocol";

export interface MemberList {
  members: readonly Member[];
  more: boolean;
  kind: "loading" | "ready" | "failed";
  message: string; // why it failed
  readMore: () => void;
}

/** A room's members, page by page; what is there is read anew when somebody's role changes. */
export function useMembers(chat: Chat, room: RoomState): MemberList {
  const [list, setList] = useState<Omit<MemberList, "readMore">>({ members: [], more: false, kind: "loading", message: "" });
  const pages = useRef(1);
  const latest = useRef(0); // an answer to an earlier question is dropped
  const changes = room.log.value.notes.findLast((note) => note.event === "member_updated")?.seq ?? 0;

  const read = useCallback(async () => {
    const question = ++latest.current;
    try {
      const members: Member[] = [];
      let more = true;
      for (let page = 0; page < pages.current && more; page++) {
        const next = await chat.requests.members(room.id, members.at(-1)?.userId);
        members.push(...next.items);
        more = next.more && next.items.length > 0;
      }
      if (question !== latest.current) return;
      setList({ members, more, kind: "ready", message: "" });
      chat.people.again(members.map(({ userId }) => userId));
    } catch (error) {
      if (question === latest.current) setList((old) => ({ ...old, kind: "failed", message: messageOf(error) }));
    }
  }, [chat, room]);

  useEffect(() => void read(), [read, changes]);
  const readMore = () => {
    if (list.kind === "ready" && list.more) pages.current++;
    // What fails once more is said once more.
    if (list.kind === "failed") setList({ ...list, kind: "loading", message: "" });
    void read();
  };
  return { ...list, readMore };
}

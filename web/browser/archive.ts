// Rooms that would take too long to write in: they are put into a server's store as an archive is, before it starts.

import { createHash } from "node:crypto";

export interface Said {
  readonly author: string;
  readonly text: string;
  readonly at: number; // ms since 1970
}

/** An archive of public rooms, as `roomstream import` takes it. Authors are named as their ids are. members: ids, ascending, of those who came to a room in events that were trimmed since. */
export function archiveOf(rooms: Readonly<Record<string, readonly Said[]>>, members: Readonly<Record<string, readonly string[]>> = {}): string {
  const lines: object[] = [{ roomstream: { version: 3, logId: "A".repeat(26) } }];
  let [events, all] = [0, 0];
  for (const id of Object.keys(rooms).sort()) {
    const said = rooms[id] ?? [];
    const came = members[id] ?? [];
    all += came.length;
    const minSeq = came.length > 0 ? { minSeq: came.length + 1 } : {};
    lines.push({ room: { id, name: id, type: "public", createdAt: new Date(said[0]?.at ?? 0).toISOString(), ...minSeq } });
    said.forEach(({ author, text, at }, i) => {
      const timestamp = new Date(at).toISOString();
      lines.push({ event: { seq: came.length + i + 1, id: (++events).toString(16).padStart(24, "0"), author, authorName: author, timestamp, text } });
    });
    came.forEach((userId, i) => lines.push({ member: { userId, role: i === 0 ? "owner" : "member", seq: i + 1 } }));
  }
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const sha256 = createHash("sha256").update(body).digest("hex");
  const counts = { rooms: Object.keys(rooms).length, events, members: all, accounts: 0 };
  return `${body}${JSON.stringify({ end: { ...counts, sha256 } })}\n`;
}

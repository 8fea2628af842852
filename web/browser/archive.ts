// Rooms that would take too long to write in: they are put into a server's store as an archive is, before it starts.

import { createHash } from "node:crypto";

export interface Said {
  readonly author: string;
  readonly text: string;
  readonly at: number; // ms since 1970
}

/** An archive of public rooms, as `roomstream import` takes it. Authors are named as their ids are. */
export function archiveOf(rooms: Readonly<Record<string, readonly Said[]>>): string {
  const lines: object[] = [{ roomstream: { version: 3, logId: "A".repeat(26) } }];
  let events = 0;
  for (const id of Object.keys(rooms).sort()) {
    const said = rooms[id] ?? [];
    lines.push({ room: { id, name: id, type: "public", createdAt: new Date(said[0]?.at ?? 0).toISOString() } });
    said.forEach(({ author, text, at }, i) => {
      const timestamp = new Date(at).toISOString();
      lines.push({ event: { seq: i + 1, id: (++events).toString(16).padStart(24, "0"), author, authorName: author, timestamp, text } });
    });
  }
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const sha256 = createHash("sha256").update(body).digest("hex");
  const counts = { rooms: Object.keys(rooms).length, events, members: 0, accounts: 0 };
  return `${body}${JSON.stringify({ end: { ...counts, sha256 } })}\n`;
}

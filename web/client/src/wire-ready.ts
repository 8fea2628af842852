// The first event of a connection.

import { decodeList, type Fields, isFields, isSeq, text } from "./wire.js";
import { decodeMyRoom, type MyRoom } from "./wire-rooms.js";

export interface User {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

export interface Ready {
  readonly user: User;
  readonly logId: string;
  /** Absent where the database did not answer in time; so are the rooms. */
  readonly unread?: number;
  readonly rooms?: readonly MyRoom[];
  readonly limits: Limits;
  /** The server's time, RFC 3339. */
  readonly serverTime: string;
}

/** What the server takes at most. 0: it did not say. */
export interface Limits {
  /** Of a message, in code points. */
  readonly maxTextLength: number;
  /** Of a message's data as JSON, in bytes. */
  readonly maxDataBytes: number;
  /** Of a file, in bytes. */
  readonly maxFileSize: number;
}

export function decodeReady(value: Fields): Ready {
  const user = isFields(value["user"]) ? value["user"] : {};
  const notifications = isFields(value["notifications"]) ? value["notifications"] : {};
  const roles = Array.isArray(user["roles"]) ? user["roles"].filter((role) => typeof role === "string") : [];
  return {
    user: { id: text(user["id"]), name: text(user["name"]), roles },
    logId: text(value["logId"]),
    ...(isSeq(notifications["unread"]) ? { unread: notifications["unread"] } : {}),
    limits: decodeLimits(isFields(value["limits"]) ? value["limits"] : {}),
    serverTime: text(value["serverTime"]),
    ...(Array.isArray(value["rooms"]) ? { rooms: decodeList(value["rooms"], decodeMyRoom) } : {}),
  };
}

function decodeLimits({ maxTextLength, maxDataBytes, maxFileSize }: Fields): Limits {
  const limit = (value: unknown): number => (isSeq(value) ? value : 0);
  return { maxTextLength: limit(maxTextLength), maxDataBytes: limit(maxDataBytes), maxFileSize: limit(maxFileSize) };
}

// What a message says of its files.

import { fixedText } from "../i18n/number";
import { isFields } from "../protocol-decode";

export interface Attachment {
  id: string;
  name: string;
  size: number; // bytes
  type: string;
  width: number; // of an image, in pixels; 0: not known
  height: number;
  thumbnail: boolean;
}

/** Whether a file is looked at as an image; what the browser makes of it is another matter. */
export function isImage({ type }: Attachment): boolean {
  return type.startsWith("image/");
}

/** Which element plays a file; undefined: none does. */
export function playerOf({ type }: Attachment): "video" | "audio" | undefined {
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : undefined;
}

/** One file of an answer or an event; undefined for what is none. */
export function decodeAttachment(value: unknown): Attachment | undefined {
  if (!isFields(value)) return undefined;
  const { id, name, size, type, width, height } = value;
  if (typeof id !== "string" || typeof name !== "string" || typeof size !== "number" || typeof type !== "string") return undefined;
  const sized = typeof width === "number" && typeof height === "number" && width > 0 && height > 0;
  return { id, name, size, type, width: sized ? width : 0, height: sized ? height : 0, thumbnail: value["thumbnail"] === true };
}

/** A message's `attachments`; undefined where there are none. */
export function decodeAttachments(value: unknown): Attachment[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list = value.map(decodeAttachment).filter((attachment) => attachment !== undefined);
  return list.length > 0 ? list : undefined;
}

/** A file with the message that shows it. */
export interface SharedFile extends Attachment {
  seq: number;
  author: string;
  authorName: string;
  at: number; // ms since 1970
}

/** One of the list of a room's files; undefined for what is none. */
export function decodeSharedFile(value: unknown): SharedFile | undefined {
  const file = decodeAttachment(value);
  if (!file || !isFields(value)) return undefined;
  const { seq, author, authorName, timestamp } = value;
  if (!Number.isSafeInteger(seq) || Number(seq) < 1 || typeof author !== "string" || typeof timestamp !== "string") return undefined;
  return { ...file, seq: Number(seq), author, authorName: typeof authorName === "string" ? authorName : author, at: Date.parse(timestamp) || 0 };
}

const KIB = 1024;

/** A size for people: 812 B, 1.4 MiB. The units are those of IEC 80000-13, the same in every language. */
export function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let amount = bytes;
  while (amount >= KIB && unit < units.length - 1) {
    amount /= KIB;
    unit++;
  }
  return `${fixedText(amount, unit === 0 || amount >= 10 ? 0 : 1)} ${units[unit]}`;
}

// The link of a message that a preview stands for, and how its author takes the preview away: rooms/previews/links.go reads the same.

import { firstAddress } from "../timeline/text";

/** What stands between backticks holds no links. */
const CODE = /```[\s\S]*?```|`[^`\n]*`/gu;

/** Whether the server may know a preview of it. Whether there is one, it says. */
export function mayHavePreview(text: string): boolean {
  return /https?:\/\//iu.test(text);
}

/** The text with its first address between < and >, which so has no preview; undefined: there is none to take away. */
export function withoutPreview(text: string): string | undefined {
  const shown = text.replace(CODE, (code) => " ".repeat(code.length));
  const found = firstAddress(shown);
  if (!found || shown[found.from - 1] === "<") return undefined;
  return `${text.slice(0, found.from)}<${text.slice(found.from, found.to)}>${text.slice(found.to)}`;
}

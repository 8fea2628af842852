// Paths on the server that have ids in them.

import { ChatError } from "./errors.js";

/**
 * Each part behind a "/", percent-encoded, whatever is in it. It throws BAD_REQUEST for what no address can hold: nothing
 * at all, half a character, and "." and "..", which every browser takes for folders, percent-encoded or not: what is asked
 * of such a room or user would be asked of another.
 */
export function pathOf(...parts: readonly string[]): string {
  return parts.map((part) => `/${encoded(part)}`).join("");
}

function encoded(part: string): string {
  if (part !== "" && part !== "." && part !== "..") {
    try {
      return encodeURIComponent(part);
    } catch {
      // Half a character.
    }
  }
  throw new ChatError("BAD_REQUEST", `“${part}” cannot stand in an address: browsers take it for something else`, false);
}

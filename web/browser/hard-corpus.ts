// What is written by people who mean no good, or have a lot to say.

import { connect } from "../client/src/index.js";
import type { Server } from "./server";

/** As long as a text may be, in code points. */
const LONGEST = 8_000;

/** The longest texts without a space: letters, two halves a letter, signs, heaps of marks, ones that turn the text around, faces of many parts. */
export const LONG_TEXTS = ["a".repeat(LONGEST), "𝒲".repeat(LONGEST), "漢".repeat(LONGEST), "e\u0301\u0323".repeat(Math.floor(LONGEST / 3)), "\u202e".repeat(LONGEST - 1) + "x", "👩‍👩‍👧‍👦".repeat(Math.floor(LONGEST / 7))];

/** Names of nothing but combining characters, of one letter without end, and that turn the text around. */
export const STRANGE_NAMES = ["\u0301\u0302\u0303\u0304\u0336\u0489".repeat(20), "N".repeat(120), "\u202eevil\u202c", "H̷̡̛e̵̢͝l̸̨̛p̷̡͝".repeat(4)];
const HEAPED = `heaped: ${"l\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030d\u030e\u030f".repeat(30)}`;

/** Different emojis a message takes, and people who set each: two hundred reactions. */
export const EMOJIS = 50;
export const REACTORS = 4;

/** Has people of strange names say who they are, and one more heap marks on a letter. */
export async function sayNames(server: Server, room: string): Promise<void> {
  for (const [i, name] of STRANGE_NAMES.entries()) await server.post(room, `who am I, ${i}`, server.token(`strange${i}`, name));
  await server.post(room, HEAPED, server.token(`strange${STRANGE_NAMES.length}`, "Heap"));
}

/** Sets all the reactions that a message takes. */
export async function reactAll(server: Server, room: string, seq: number): Promise<void> {
  const emojis = Array.from({ length: EMOJIS }, (_, i) => String.fromCodePoint(0x1f600 + i));
  for (let i = 0; i < REACTORS; i++) {
    const chat = connect(server.url, { token: server.token(`reactor${i}`, `Reactor ${i}`) });
    for (const emoji of emojis) await chat.room(room).react(seq, emoji, true);
    chat.close();
  }
}

export const MEMBERS = 5_000;
/** A member of the room of many; the first is its owner. */
export const memberOf = (i: number) => `u${String(i).padStart(4, "0")}`;

import { describe, expect, test } from "vitest";
import { foundOf } from "./found";

const message = { id: "a", roomId: "general", seq: 3, text: "one two", author: "ann", timestamp: "2026-01-02T03:04:05.000Z" };

describe("a page of what was found", () => {
  test("keeps parts and the place of the next page", () => {
    const page = foundOf({ messages: [{ ...message, snippet: [{ text: "one ", match: false }, { text: "two", match: true }] }], more: true, next: "7" });
    expect(page.next).toBe("7");
    expect(page.found[0]?.message.seq).toBe(3);
    expect(page.found[0]?.snippet).toEqual([{ text: "one ", match: false }, { text: "two", match: true }]);
  });
  test("shows the text where there are no parts, and passes over what is no message", () => {
    const page = foundOf({ messages: [{ ...message, snippet: [] }, { ...message, snippet: [{ text: "", match: true }] }, { ...message, seq: 0, snippet: [] }], more: false });
    expect(page.found.map((f) => f.snippet)).toEqual([[{ text: "one two", match: false }], [{ text: "one two", match: false }]]);
    expect(page.next).toBeUndefined();
  });
});

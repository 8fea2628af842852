import { describe, expect, test } from "vitest";
import { filled, isMeant, isRoomMeant, meansRoom, typedAt } from "./mention";

describe("what is typed behind an @", () => {
  test("ends at the caret, and may have two words", () => {
    expect(typedAt("hi @an", 6)).toEqual({ at: 3, query: "an" });
    expect(typedAt("@", 1)).toEqual({ at: 0, query: "" });
    expect(typedAt("(@Ann Le", 8)).toEqual({ at: 1, query: "Ann Le" });
    expect(typedAt("hi @an, there", 6)).toEqual({ at: 3, query: "an" });
  });
  test("is not an e-mail address, a further word, or another line", () => {
    for (const text of ["ann@example", "@ ann", "@ann is not", "@ann\nbo", "no at all", `@${"a".repeat(65)}`]) expect(typedAt(text, text.length)).toBeUndefined();
  });
  test("is filled in with a space behind it, one", () => {
    expect(filled("hi @an", 6, { at: 3, query: "an" }, "@Ann Lee")).toEqual({ text: "hi @Ann Lee ", caret: 12 });
    expect(filled("hi @an there", 6, { at: 3, query: "an" }, "@Ann")).toEqual({ text: "hi @Ann there", caret: 8 });
  });
  test("means who has a word that begins with it, or the id", () => {
    expect(["le", "ANN", "u1", ""].map((query) => isMeant(query, "Ann Lee", "u1"))).toEqual([true, true, true, true]);
    expect(isMeant("nn", "Ann Lee", "u1")).toBe(false);
  });
  test("means everybody where @room or @all begins with it", () => {
    for (const query of ["", "r", "room", "a", "All"]) expect(isRoomMeant(query)).toBe(true);
    for (const query of ["rooms", "alle", "all the", "oom"]) expect(isRoomMeant(query)).toBe(false);
  });
  test("everybody is spoken to by @room alone", () => {
    for (const text of ["@room", "now, @room!", "(@room)", "a\n@room b"]) expect(meansRoom(text)).toBe(true);
    for (const text of ["mail@room.example", "@rooms", "room", "@ room", "@room_1", "@Room"]) expect(meansRoom(text)).toBe(false);
  });
});

import { expect, test } from "vitest";
import { ROOM_ID_PATTERN } from "../protocol";
import { roomIdOf } from "./name";

test.each([
  ["general", "general"],
  ["#General", "general"],
  ["  Team Lunch!  ", "team-lunch"],
  ["Änne's café", "annes-cafe"],
  ["a/b\\c", "a-b-c"],
  ["雨", ""],
  ["<script>", "script"],
  ["x".repeat(300), "x".repeat(128)],
])("%s becomes %j", (name, id) => {
  expect(roomIdOf(name)).toBe(id);
  if (id !== "") expect(id).toMatch(ROOM_ID_PATTERN);
});

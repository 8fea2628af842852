import { expect, test } from "vitest";
import type { Report } from "../decode";
import { groupsOf } from "./groups";

function report(id: string, seq: number, more: Partial<Report> = {}): Report {
  return { id, roomId: "r", seq, author: "bo", reporter: "ann", reason: "rude", timestamp: "", state: "open", ...more };
}

test("reports of one message stand together, the one reported last first", () => {
  const groups = groupsOf([report("4", 7), report("3", 9), report("2", 7), report("1", 7, { roomId: "other" })]);
  expect(groups.map(({ key, reports }) => [key, reports.map(({ id }) => id)])).toEqual([
    ["r/7", ["4", "2"]],
    ["r/9", ["3"]],
    ["other/7", ["1"]],
  ]);
  expect(groupsOf([])).toEqual([]);
});

test("a message is open while one report of it is", () => {
  expect(groupsOf([report("2", 7, { state: "dismissed" }), report("1", 7)])[0]?.state).toBe("open");
  expect(groupsOf([report("2", 7, { state: "dismissed" }), report("1", 7, { state: "resolved" })])[0]?.state).toBe("dismissed");
});

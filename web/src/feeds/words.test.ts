import { expect, test } from "vitest";
import { ChatError } from "../../client/src/index";
import type { Declaration } from "../protocol";
import { operationsText, stateWords } from "./words";

function refused(message: string, field?: string): string {
  const error = new ChatError("BAD_REQUEST", message, false, 0, field);
  return stateWords({ kind: "refused", error }, true).text;
}

test("a refusal is a sentence that names the variable as the form does", () => {
  expect(refused("vars.n: must be a value of the type int", "vars.n")).toBe("Not opened. n: must be a value of the type int.");
  expect(refused("variable n not bound", "vars.n")).toBe("Not opened. Variable n not bound.");
  expect(refused("uri: must be like posts/all", "uri")).toBe("Not opened. Uri: must be like posts/all.");
  expect(refused("All cursors are in use.")).toBe("Not opened. All cursors are in use.");
});

test("a reason that is not known yet is still a closing", () => {
  expect(stateWords({ kind: "closed", reason: "something_new" }, true)).toEqual({ text: "Closed by the server.", tone: "bad" });
  expect(stateWords({ kind: "closed", reason: "removed" }, true).text).toContain("removed");
});

test("waiting says whether there is a connection", () => {
  expect(stateWords({ kind: "reconnecting" }, false).text).toContain("No connection");
  expect(stateWords({ kind: "reconnecting" }, true).text).not.toContain("No connection");
});

test("operations are named unless they are all", () => {
  const of = (operations: Declaration["operations"]) => operationsText({ name: "all", collection: "", watches: "database", operations, vars: undefined, stages: undefined });
  expect([of(["insert", "delete"]), of(["insert", "update", "replace", "delete"])]).toEqual(["Insert, Delete", "All changes"]);
});

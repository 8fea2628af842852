import { describe, expect, test } from "vitest";
import type { Declaration, StreamVar, VarType } from "../protocol";
import { bind, claimText, defaultText, isBox, variablesOf } from "./variables";

function variable(type: VarType, over: Partial<StreamVar> = {}): StreamVar {
  return { type, required: true, fromToken: false, ...over };
}

function declaration(over: Partial<Declaration>): Declaration {
  return { name: "messages/mine", collection: "messages", watches: "collection", operations: [], vars: undefined, stages: undefined, ...over };
}

const typedAs = (type: VarType, text: string) => bind({ v: variable(type) }, { v: text });

describe("typed values", () => {
  test.each<[VarType, string, unknown]>([
    ["string", " as it stands ", " as it stands "],
    ["string", "5", "5"],
    ["int", "-12", -12],
    ["int", " 2147483647 ", 2147483647],
    ["long", "9007199254740991", 9007199254740991],
    ["long", "9007199254740993", "9007199254740993"], // a JSON number would arrive as …992
    ["long", "-9223372036854775808", "-9223372036854775808"],
    ["double", "2.5e3", 2500],
    ["double", "5", 5],
    ["bool", "true", true],
    ["bool", "false", false],
    ["date", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z"],
    ["objectId", "64B0C1D2E3F4A5B6C7D8E9F0", "64b0c1d2e3f4a5b6c7d8e9f0"],
  ])("%s: %j is sent as %j", (type, text, value) => {
    expect(typedAs(type, text)).toEqual({ vars: { v: value }, spelled: { v: String(value) }, faults: {} });
  });

  test("a date without a zone is the viewer's", () => {
    expect(typedAs("date", "2026-03-01T12:00:01").vars["v"]).toBe(new Date(2026, 2, 1, 12, 0, 1).toISOString());
  });

  test.each<[VarType, string]>([
    ["int", "2147483648"],
    ["int", "1.5"],
    ["int", "1e3"],
    ["int", "five"],
    ["long", "9223372036854775808"],
    ["double", "Infinity"],
    ["double", "1,5"],
    ["date", "yesterday"],
    ["objectId", "64b0c1d2"],
  ])("%s: %j is a fault, and not sent", (type, text) => {
    const { vars, spelled, faults } = typedAs(type, text);
    expect([vars, spelled]).toEqual([{}, {}]);
    expect(faults["v"]).toMatch(/\.$/);
  });
});

describe("what is left empty", () => {
  test("a required one is a fault; an optional one, and one with a default, is left out", () => {
    const asked = { a: variable("string"), b: variable("int", { required: false }), c: variable("string", { required: false, fallback: "x" }) };
    expect(bind(asked, {})).toEqual({ vars: {}, spelled: {}, faults: { a: expect.any(String) } });
  });

  test("a box is always sent: not ticked is an answer; one that may be left out is no box", () => {
    expect(bind({ v: variable("bool") }, {}).vars).toEqual({ v: false });
    expect(bind({ v: variable("bool", { required: false, fallback: true }) }, {}).vars).toEqual({ v: true });
    const optional = variable("bool", { required: false });
    expect(isBox(optional)).toBe(false);
    expect(bind({ v: optional }, { v: "" }).vars).toEqual({});
  });

  test("what the token says is never sent", () => {
    expect(bind({ sub: variable("string", { fromToken: true }) }, { sub: "somebody" })).toEqual({ vars: {}, spelled: {}, faults: {} });
    const user = { id: "u1", name: "Ann", roles: ["a", "b"] };
    expect([claimText("sub", user), claimText("name", user), claimText("roles", user)]).toEqual(["u1", "Ann", "a, b"]);
  });
});

test("defaults are shown as one would type them", () => {
  const shown = (fallback: unknown) => defaultText(variable("string", { fallback }));
  expect([shown("x"), shown(5), shown(false), shown({ $date: "2026-01-01T00:00:00Z" }), shown({ $oid: "64b0" }), shown({ $numberLong: "9" }), shown(undefined)]).toEqual([
    "x",
    "5",
    "false",
    "2026-01-01T00:00:00Z",
    "64b0",
    "9",
    undefined,
  ]);
});

describe("which variables are asked for", () => {
  test("the declared ones, whatever the stages name", () => {
    const vars = { n: variable("int") };
    expect(variablesOf(declaration({ vars, stages: [{ $match: { a: { $var: "other" } } }] }), [])).toEqual(vars);
  });

  test("else what the stages name: optional where it stands inside of an $ifvar only", () => {
    const stages = [
      { $match: { "fullDocument.name": { $var: "n" }, $or: [{ a: { _$var: "m" } }] } },
      { $ifvar: [["from", "to"], { $match: { a: { $gt: { $var: "from" }, $lt: { $var: "to" } } } }] },
      { _$ifvar: ["n", { $match: { b: { $var: "n" } } }] },
    ];
    const found = variablesOf(declaration({ stages }), []);
    expect(Object.entries(found).map(([name, { type, required }]) => [name, type, required])).toEqual([
      ["n", "string", true],
      ["m", "string", true],
      ["from", "string", false],
      ["to", "string", false],
    ]);
  });

  test("and what the server missed, where nothing told of it", () => {
    expect(variablesOf(declaration({}), ["n"])).toEqual({ n: variable("string") });
  });
});

// The variables of a stream as a form: what is asked for, what was typed, what is sent.

import { t } from "../i18n/en/feeds";
import type { Declaration, StreamVar, User } from "../protocol";
import { isFields } from "../protocol-decode";

/** What stands in the fields, by variable. A field that was never touched is absent. */
export type Typed = Readonly<Record<string, string>>;

export interface Bound {
  /** As subscribe_stream takes them. */
  vars: Record<string, unknown>;
  /** As an address takes them. */
  spelled: Record<string, string>;
  /** What is wrong, by variable; empty: nothing is. */
  faults: Record<string, string>;
}

const LOWEST_INT = -(2 ** 31);
const HIGHEST_INT = 2 ** 31 - 1;
const LOWEST_LONG = -(2n ** 63n);
const HIGHEST_LONG = 2n ** 63n - 1n;

/** The variables to ask for: the declared ones; else those that the stages name, where they are shown, and those the server missed. */
export function variablesOf(declaration: Declaration, missed: readonly string[]): Record<string, StreamVar> {
  const found = Object.create(null) as Record<string, StreamVar>;
  if (declaration.vars) return Object.assign(found, declaration.vars);
  Object.assign(found, namesIn(declaration.stages));
  for (const name of missed) found[name] ??= { type: "string", required: true, fromToken: false };
  return found;
}

/** Undeclared variables: strings, each required unless it stands only inside of an $ifvar. */
function namesIn(stages: unknown): Record<string, StreamVar> {
  const found = Object.create(null) as Record<string, StreamVar>;
  const note = (name: unknown, required: boolean) => {
    if (typeof name !== "string") return;
    found[name] = { type: "string", required: required || found[name]?.required === true, fromToken: false };
  };
  const look = (value: unknown, required: boolean) => {
    if (Array.isArray(value)) return value.forEach((item) => look(item, required));
    if (!isFields(value)) return;
    note(member(value, "var"), required);
    const condition = member(value, "ifvar");
    if (!Array.isArray(condition)) return Object.values(value).forEach((item) => look(item, required));
    for (const name of [condition[0]].flat()) note(name, false);
    look(condition.slice(1), false);
  };
  look(stages, true);
  return found;
}

/** A member of an operator's name, plain or escaped. */
function member(fields: Record<string, unknown>, name: string): unknown {
  return fields[`$${name}`] ?? fields[`_$${name}`];
}

/** What stands in a field before anybody has typed: nothing, but for a box that is ticked by default. */
export function untouched(variable: StreamVar): string {
  return isBox(variable) ? String(variable.fallback === true) : "";
}

/** A bool is a box to tick; one that may be left out needs a third answer. */
export function isBox(variable: StreamVar): boolean {
  return variable.type === "bool" && (variable.required || variable.fallback !== undefined);
}

/** A default as one would type it; undefined: there is none. */
export function defaultText({ fallback }: StreamVar): string | undefined {
  if (fallback === undefined) return undefined;
  if (!isFields(fallback)) return typeof fallback === "string" ? fallback : JSON.stringify(fallback);
  // Extended JSON: {"$date": "..."}, {"$oid": "..."}, {"$numberLong": "..."}.
  const [only, ...more] = Object.values(fallback);
  return typeof only === "string" && more.length === 0 ? only : JSON.stringify(fallback);
}

/** What the token says for a variable that is taken from it. */
export function claimText(name: string, user: User): string {
  if (name === "sub") return user.id;
  if (name === "name") return user.name;
  return name === "roles" ? user.roles.join(", ") : "";
}

/** Reads the fields. A field left empty is left out: its default holds, or it is missing. */
export function bind(variables: Readonly<Record<string, StreamVar>>, typed: Typed): Bound {
  const bound: Bound = { vars: {}, spelled: {}, faults: {} };
  for (const [name, variable] of Object.entries(variables)) {
    if (variable.fromToken) continue;
    const text = typed[name] ?? untouched(variable);
    if (text === "") {
      // That an empty text is meant is rarer than that the field was forgotten.
      if (variable.required && variable.fallback === undefined) bound.faults[name] = t("fillIn");
      continue;
    }
    const value = valueOf(variable, text.trim(), text);
    if (typeof value === "object") bound.faults[name] = value.fault;
    else {
      bound.vars[name] = value;
      bound.spelled[name] = String(value);
    }
  }
  return bound;
}

type Value = string | number | boolean | { fault: string };

function valueOf({ type }: StreamVar, text: string, exact: string): Value {
  switch (type) {
    case "int":
      return wholeNumber(text, BigInt(LOWEST_INT), BigInt(HIGHEST_INT), "needInt");
    case "long":
      return wholeNumber(text, LOWEST_LONG, HIGHEST_LONG, "needLong");
    case "double": {
      const number = Number(text);
      return text !== "" && Number.isFinite(number) ? number : { fault: t("needNumber", { example: 2.5 }) };
    }
    case "bool":
      return text === "true";
    case "date": {
      const at = new Date(text);
      return Number.isNaN(at.getTime()) ? { fault: t("needDate") } : at.toISOString();
    }
    case "objectId":
      return /^[0-9a-fA-F]{24}$/.test(text) ? text.toLowerCase() : { fault: t("needObjectId") };
    case "string":
      return exact;
  }
}

function wholeNumber(text: string, lowest: bigint, highest: bigint, otherwise: "needInt" | "needLong"): Value {
  if (!/^[+-]?\d+$/.test(text)) return { fault: t("needWhole") };
  const number = BigInt(text.replace("+", ""));
  if (number < lowest || number > highest) return { fault: t(otherwise) };
  // Beyond 2^53 a JSON number would arrive as another one; the server reads digits as well.
  const asNumber = Number(number);
  return Number.isSafeInteger(asNumber) ? asNumber : number.toString();
}

// Reports, and what was done about some, for the tests of the screens of moderators and admins.

import type { Browser } from "playwright-core";
import { makeRoom, setMember } from "./crew";
import { Person, type PersonOptions } from "./person";
import { Server } from "./server";

export const NAMES: Readonly<Record<string, string>> = { ann: "Ann Lee", bo: "Bo Chen", cleo: "Cleo", dan: "Dan Fox", root: "Ada Admin" };

/** Names somebody's message in a room. */
export async function said(server: Server, room: string, who: string, text: string): Promise<number> {
  return (await server.post(room, text, server.token(who, NAMES[who] ?? who))).seq;
}

export async function report(server: Server, room: string, who: string, seq: number, reason: string): Promise<void> {
  await server.ask(who, "POST", `rooms/${encodeURIComponent(room)}/reports`, { seq, reason }, NAMES[who] ?? who);
}

/** Asks a route as Ada Admin. */
export async function asAdmin(server: Server, method: string, path: string): Promise<void> {
  const response = await fetch(`${server.url}/api/${path}`, { method, headers: { Authorization: `Bearer ${server.token("root", NAMES["root"] ?? "", 3600, ["admin"])}` } });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

/** A room of Ann's, which Bo moderates, where Dan was rude and Cleo reported it. */
export async function rudeRoom(server: Server, name: string, type: "public" | "private" = "public"): Promise<{ room: string; seq: number }> {
  const room = await makeRoom(server, "ann", { name, type });
  await setMember(server, "ann", room, "bo", "moderator");
  for (const who of ["cleo", "dan"]) await setMember(server, "ann", room, who, "member");
  await said(server, room, "cleo", "Does the list for spring stand?");
  await said(server, room, "ann", "Nearly. Two names are missing.");
  const seq = await said(server, room, "dan", "Only fools make lists");
  await said(server, room, "cleo", "That was not called for");
  await report(server, room, "cleo", seq, "He is rude to Ann");
  return { room, seq };
}

/** Somebody at one of the screens. */
export async function visit(browser: Browser, server: Server, who: string, path: string, options: PersonOptions = {}): Promise<Person> {
  const name = NAMES[who] ?? who;
  const person = await Person.enter(browser, server, name, { token: server.token(who, name, 3600, who === "root" ? ["admin"] : []), ...options });
  await person.page.goto(`${server.url}${path}`);
  await person.page.locator("#admin").waitFor({ state: "attached" });
  await person.connected();
  return person;
}

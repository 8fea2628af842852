// Rooms and people for the tests of what roles allow.

import type { Locator } from "playwright-core";
import type { Person } from "./person";
import type { Server } from "./server";

/** Makes a room as its owner, over JSON, and gives its id. */
export async function makeRoom(server: Server, owner: string, room: { name: string; type?: "public" | "private"; topic?: string }): Promise<string> {
  const answer = await server.ask(owner, "POST", "rooms", { type: "public", ...room });
  return (answer["room"] as { id: string }).id;
}

/** Gives somebody a role, over JSON; null takes it. */
export async function setMember(server: Server, by: string, room: string, who: string, role: string | null, bannedUntil?: string): Promise<void> {
  await server.ask(by, "PUT", `rooms/${room}/members/${who}`, { role, ...(bannedUntil !== undefined && { bannedUntil }) });
}

/** Makes the server know people, so that they are found and named. */
export async function meet(server: Server, people: Record<string, string>): Promise<void> {
  for (const [sub, name] of Object.entries(people)) await server.post("lobby", "hello", server.token(sub, name));
}

export function row(person: Person, room: string): Locator {
  return person.page.locator(`[data-room="${room}"]`);
}

export async function openNew(person: Person, item: "Create a room" | "New direct message" | "Find a room"): Promise<Locator> {
  await person.page.getByRole("button", { name: "New room or message" }).click();
  await person.page.getByRole("menuitem", { name: item }).click();
  const dialog = person.page.getByRole("dialog");
  await dialog.waitFor();
  return dialog;
}

/** Opens the panel of the open room at one of its parts. */
export async function openDetails(person: Person, part: "About" | "Pinned" | "Files" | "Members" | "Invitations" = "About"): Promise<Locator> {
  await person.page.getByRole("button", { name: "Room details" }).click();
  const dialog = person.page.getByRole("dialog").first();
  await dialog.waitFor();
  if (part !== "About") await dialog.getByRole("button", { name: part }).click();
  return dialog;
}

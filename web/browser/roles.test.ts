// What roles allow: members, settings, invitations, and where one may not write.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { makeRoom, meet, openDetails, row, setMember } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";
import { answerFor } from "./wire";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await meet(server, { ann: "Ann Lee", bo: "Bo Chen", cleo: "Cleo" });
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const names: Record<string, string> = { ann: "Ann Lee", bo: "Bo Chen", cleo: "Cleo" };
const enter = (sub: string, room?: string) => Person.enter(browser, server, names[sub] ?? sub, { token: server.token(sub, names[sub] ?? sub), ...(room !== undefined && { room }) });

test("an owner adds, mutes, promotes, bans and lets in again; the others see it at once", async () => {
  const room = await makeRoom(server, "ann", { name: "Crew", type: "private" });
  const ann = await enter("ann", room);
  const bo = await enter("bo");
  await bo.connected();
  const panel = await openDetails(ann, "Members");
  await panel.getByRole("button", { name: "Add somebody" }).click();
  await panel.getByLabel("Whom to add").fill("bo");
  await panel.getByRole("button", { name: "Bo Chen" }).click();
  const member = panel.locator("[data-member=bo]");
  await member.getByText("Member", { exact: true }).waitFor();
  await row(bo, room).click();
  await bo.loaded();
  await bo.say("thanks");

  const choose = async (action: string) => {
    await member.getByRole("button", { name: "What to do with Bo Chen" }).click();
    await ann.page.getByRole("menuitem", { name: action }).click();
  };
  await choose("Mute: may only read");
  await bo.page.getByText("You may read here, but not write.").waitFor();
  await member.getByText("Reader", { exact: true }).waitFor();
  await choose("Let write again");
  await bo.page.getByRole("textbox", { name: "Message Crew" }).waitFor();
  await choose("Make a moderator");
  await member.getByText("Moderator", { exact: true }).waitFor();
  await bo.page.locator(".note-line", { hasText: "Ann Lee made you a moderator" }).waitFor();
  expect(await ann.page.locator(".note-line").allTextContents()).toContain("You made Bo Chen a moderator");

  await choose("Ban…");
  const ban = ann.page.getByRole("dialog", { name: "Ban Bo Chen" });
  await ban.getByLabel("For how long").selectOption("1 hour");
  await ban.getByRole("button", { name: "Ban", exact: true }).click();
  await bo.page.getByText("This room cannot be opened").waitFor();
  await bo.page.getByRole("alert").getByText("You are banned from this room.").waitFor();
  await member.getByText("Banned until").waitFor();
  await choose("Lift the ban");
  await member.getByText("Moderator", { exact: true }).waitFor(); // as before: a ban makes nobody less
  await bo.loaded();
  await bo.say("back again");
  await ann.bubble("back again").waitFor();
  await ann.leave();
  await bo.leave();
});

test("an owner takes a member out after being asked; who is out is told, and sees no more of the room", async () => {
  const room = await makeRoom(server, "ann", { name: "Inner circle", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const ann = await enter("ann", room);
  const bo = await enter("bo", "lobby");
  await row(bo, room).waitFor();
  const panel = await openDetails(ann, "Members");
  const member = panel.locator("[data-member=bo]");
  const ask = async () => {
    await member.getByRole("button", { name: "What to do with Bo Chen" }).click();
    await ann.page.getByRole("menuitem", { name: "Take out" }).click();
    return ann.page.getByRole("dialog", { name: "Take Bo Chen out?" });
  };
  const asked = await ask();
  await asked.getByText("They can only come back when somebody adds them again.").waitFor();
  await asked.getByRole("button", { name: "Keep", exact: true }).click();
  await asked.waitFor({ state: "detached" });
  await member.getByText("Member", { exact: true }).waitFor();
  await (await ask()).getByRole("button", { name: "Take out", exact: true }).click();
  await bo.page.getByRole("status").getByText("Inner circle: You were taken out of this room.").waitFor();
  await row(bo, room).waitFor({ state: "detached" });
  await member.getByText("Member", { exact: true }).waitFor({ state: "detached" });
  await expect(server.ask("bo", "GET", `rooms/${room}/messages`)).rejects.toThrow(/40[34]/);
  await ann.leave();
  await bo.leave();
});

test("moderators delete others' messages and change slow mode only; members do neither", async () => {
  const room = await makeRoom(server, "ann", { name: "Order" });
  await setMember(server, "ann", room, "bo", "moderator");
  await server.post(room, "spam", server.token("cleo", "Cleo"));
  const bo = await enter("bo", room);
  const cleo = await enter("cleo", room);
  const about = await openDetails(bo);
  expect(await about.getByLabel("Slow mode").count()).toBe(1);
  expect(await about.getByLabel("Topic").count()).toBe(0);
  await about.getByRole("button", { name: "Close" }).click();
  const other = await openDetails(cleo);
  expect(await other.getByLabel("Slow mode").count()).toBe(0);
  expect(await other.getByRole("button", { name: "Invitations" }).count()).toBe(0);
  await other.getByRole("button", { name: "Close" }).click();

  await (await bo.openMenu("spam")).getByRole("menuitem", { name: "Delete" }).click();
  await bo.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await cleo.page.getByText("This message was deleted.").waitFor();
  await server.post(room, "from the owner", server.token("ann", "Ann Lee"));
  expect(await (await cleo.openMenu("from the owner")).getByRole("menuitem", { name: "Delete" }).count()).toBe(0);
  await bo.leave();
  await cleo.leave();
});

test("who wrote it and who moderates see what it said before it was edited; others do not", async () => {
  const room = await makeRoom(server, "ann", { name: "Versions", type: "private" });
  for (const who of ["bo", "cleo"]) await setMember(server, "ann", room, who, "member");
  const [ann, bo, cleo] = await Promise.all([enter("ann", room), enter("bo", room), enter("cleo", room)]);
  await bo.say("at nine");
  await cleo.bubble("at nine").waitFor();
  const rows = (person: Person) => person.page.getByRole("dialog", { name: "What the message said" }).locator(".versions-text").allTextContents();
  for (const [from, to] of [["at nine", "at ten"], ["at ten", "at eleven"]] as const) {
    await (await bo.openMenu(from)).getByRole("menuitem", { name: "Edit", exact: true }).press("Enter");
    await bo.editField.fill(to);
    await bo.editField.press("Enter");
    await Promise.all([ann, bo, cleo].map((person) => person.bubble(to).locator(".bubble-edited").waitFor()));
  }
  for (const person of [ann, bo]) {
    await (await person.openMenu("at eleven")).getByRole("menuitem", { name: "Show what it said before" }).press("Enter");
    await expect.poll(() => rows(person), { timeout: SOON_MS }).toEqual(["at eleven", "at ten", "at nine"]);
    await person.page.keyboard.press("Escape");
  }
  const menu = await cleo.openMenu("at eleven");
  expect(await menu.getByRole("menuitem", { name: "Show what it said before" }).count()).toBe(0);
  await cleo.page.keyboard.press("Escape");
  // Nobody has edited it: there is nothing to show.
  await bo.say("sharp");
  await bo.bubble("sharp").waitFor();
  await expect.poll(async () => (await ann.bubble("sharp").count())).toBe(1);
  expect(await (await ann.openMenu("sharp")).getByRole("menuitem", { name: "Show what it said before" }).count()).toBe(0);
  await ann.leave();
  await bo.leave();
  await cleo.leave();
});

test("a message is reported to those who moderate, once it is said why", async () => {
  const room = await makeRoom(server, "ann", { name: "Reports" });
  await server.post(room, "buy now", server.token("cleo", "Cleo"));
  const bo = await enter("bo", room);
  await (await bo.openMenu("buy now")).getByRole("menuitem", { name: "Report…" }).click();
  const dialog = bo.page.getByRole("dialog", { name: "Report this message" });
  await dialog.getByLabel("What is wrong with it").fill("Advertising");
  await dialog.getByRole("button", { name: "Report", exact: true }).click();
  await bo.page.getByText("Reported to the moderators").waitFor();
  const { reports } = (await server.ask("ann", "GET", `rooms/${room}/reports`)) as { reports: Record<string, unknown>[] };
  expect(reports).toMatchObject([{ roomId: room, author: "cleo", reporter: "bo", reason: "Advertising", state: "open" }]);
  await bo.leave();
});

test("by keys alone: a room is made, somebody added and muted, and the focus is where one left it", async () => {
  const ann = await enter("ann", "lobby");
  const { keyboard } = ann.page;
  const focused = () => ann.page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);
  const tabTo = async (name: string) => {
    for (let i = 0; i < 60 && (await focused()) !== name; i++) await keyboard.press("Tab");
    await expect.poll(() => focused()).toBe(name);
  };
  await tabTo("New room or message");
  await keyboard.press("Enter");
  await ann.page.getByRole("menu").waitFor();
  await keyboard.press("Escape");
  await expect.poll(focused).toBe("New room or message");
  await keyboard.press("Enter");
  await ann.page.getByRole("menu").waitFor();
  await keyboard.press("Enter");
  await ann.page.getByRole("dialog", { name: "Create a room" }).waitFor();
  await keyboard.type("By keys");
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await ann.page.getByRole("heading", { name: "By keys", level: 1 }).waitFor();
  expect(await ann.page.locator(".room-head-lock").count()).toBe(1);

  await ann.page.getByRole("button", { name: "Room details" }).focus();
  await keyboard.press("Enter");
  await ann.page.getByRole("dialog").waitFor();
  await tabTo("Members");
  await keyboard.press("Enter");
  await tabTo("Add somebody");
  await keyboard.press("Enter");
  const field = ann.page.getByLabel("Whom to add");
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  await keyboard.type("bo chen");
  await ann.page.getByText("1 person found").waitFor({ state: "attached" });
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await ann.page.locator("[data-member=bo]").getByText("Member", { exact: true }).waitFor();
  await tabTo("What to do with Bo Chen");
  await keyboard.press("Enter");
  await ann.page.getByRole("menu").waitFor();
  await keyboard.press("Enter");
  await ann.page.locator("[data-member=bo]").getByText("Reader", { exact: true }).waitFor();
  await expect.poll(focused).toBe("What to do with Bo Chen");
  await keyboard.press("Escape");
  await expect.poll(focused).toBe("Room details");
  await ann.leave();
});

test("an owner's settings hold for everybody at once, and are said in the timeline", async () => {
  const room = await makeRoom(server, "ann", { name: "Rules" });
  const ann = await enter("ann", room);
  const cleo = await enter("cleo", room);
  const panel = await openDetails(ann);
  await panel.getByLabel("Name").fill("House rules");
  await panel.getByLabel("Read-only").check();
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByText("Saved.").waitFor();
  await cleo.page.getByRole("heading", { name: "House rules", level: 1 }).waitFor();
  await cleo.page.getByText("Only moderators and owners write here.").waitFor();
  await cleo.page.locator(".note-line", { hasText: /Ann Lee named the room House rules.*Ann Lee made the room read-only/ }).waitFor();

  await panel.getByLabel("Read-only").uncheck();
  await panel.getByLabel("Slow mode").selectOption("10 seconds");
  await panel.getByRole("button", { name: "Save" }).click();
  await cleo.page.getByRole("textbox", { name: "Message House rules" }).waitFor();
  await cleo.say("one");
  await cleo.page.getByText(/^Slow mode: you may write again in \d+ s$/).waitFor();
  await cleo.field.fill("two");
  await expect.poll(() => cleo.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await expect.poll(() => cleo.page.getByRole("button", { name: "Send" }).isDisabled(), { timeout: 2 * SOON_MS }).toBe(false);
  await cleo.field.press("Enter");
  await ann.bubble("two").waitFor();

  await panel.getByLabel("Archived").check();
  await panel.getByRole("button", { name: "Save" }).click();
  await cleo.page.getByText("This room is archived: nobody writes here any more.").waitFor();
  expect(await cleo.field.getAttribute("role")).toBe("status");
  await ann.leave();
  await cleo.leave();
});

test("who is banned from a public room that is not open is told once, and it goes from the list for as long", async () => {
  const room = await makeRoom(server, "ann", { name: "Open to all" });
  await server.post(room, "come in", server.token("ann", "Ann Lee"));
  let joins = 0;
  const bo = await Person.enter(browser, server, "Bo Chen", {
    token: server.token("bo", "Bo Chen"),
    room: "lobby",
    before: (page) => answerFor(page, "join_room", ({ roomId }) => void (joins += roomId === room ? 1 : 0)),
  });
  await row(bo, room).getByText("come in").waitFor();
  await setMember(server, "ann", room, "bo", null, new Date(Date.now() + 3_600_000).toISOString());
  await bo.page.getByRole("status").getByText("Open to all: You are banned from this room.").waitFor();
  await row(bo, room).waitFor({ state: "detached" });
  await bo.say("still in the lobby");
  await bo.page.locator('.own .message[data-seq][data-state="logged"]').waitFor();
  // The list may go on naming it: that is asked for once, not again and again.
  expect(joins).toBeLessThanOrEqual(2);
  await bo.leave();
});

test("what the server's slow mode holds back waits, with the time, and goes by itself", async () => {
  const room = await makeRoom(server, "ann", { name: "Slow" });
  const cleo = await enter("cleo", room);
  await cleo.say("one");
  await cleo.page.locator('.message[data-seq][data-state="logged"]').waitFor();
  await cleo.context.setOffline(true);
  await cleo.connected(false);
  // The page does not know of it yet: so it lets both be written.
  await server.post(room, "from her other device", server.token("cleo", "Cleo"));
  await server.ask("ann", "PATCH", `rooms/${room}`, { slowModeMs: 10_000 });
  await cleo.say("two");
  await cleo.context.setOffline(false);
  await cleo.connected();
  await cleo.page.getByText(/^Slow mode: you may write again in \d+ s$/).waitFor();
  expect(await cleo.page.locator('[data-state="sending"]').allInnerTexts()).toMatchObject([expect.stringContaining("two")]);
  expect(await cleo.page.locator('[data-state="failed"]').count()).toBe(0);
  await expect.poll(async () => (await server.log(room)).map(({ text }) => text), { timeout: 2 * SOON_MS }).toEqual(["one", "from her other device", "two"]);
  await cleo.sees(["one", "from her other device", "two"]);
  await cleo.leave();
});

test("a link lets somebody in after sign-in, its token is sent to no server, and once it is used up it says so", async () => {
  const room = await makeRoom(server, "ann", { name: "Invited", type: "private" });
  const ann = await enter("ann", room);
  const panel = await openDetails(ann, "Invitations");
  await panel.getByLabel("How many people").fill("1");
  await panel.getByRole("button", { name: "Make a link" }).click();
  const link = await panel.getByLabel("The link, shown only now").inputValue();
  expect(link).toMatch(new RegExp(`^${server.url}/#invite=.+`));
  await panel.getByText("used 0 of 1").waitFor();

  const guest = await Person.arrive(browser);
  const asked: string[] = [];
  guest.page.on("request", (request) => asked.push(request.url()));
  await guest.page.goto(link);
  await guest.page.getByLabel("Your name").fill("Gus");
  await guest.page.getByRole("button", { name: "Join as a guest" }).click();
  await guest.page.getByRole("dialog", { name: "You are invited to a room" }).waitFor();
  expect(new URL(guest.page.url()).hash).toBe("");
  await guest.page.getByRole("button", { name: "Join the room" }).click();
  await guest.page.getByRole("heading", { name: "Invited", level: 1 }).waitFor();
  await ann.page.locator(".note-line", { hasText: "Gus joined" }).waitFor();
  const token = link.split("invite=")[1] ?? "";
  expect(token).not.toBe("");
  expect(asked.filter((url) => url.replace(/#.*/, "").includes(token))).toEqual([]);

  const late = await enter("cleo");
  await late.page.goto(link);
  await late.connected();
  await late.page.getByRole("button", { name: "Join the room" }).click();
  await late.page.getByText("This invitation has expired or is used up.").waitFor();
  await panel.getByRole("button", { name: "About" }).click();
  await panel.getByRole("button", { name: "Invitations" }).click();
  await panel.getByRole("button", { name: "Revoke" }).click();
  await panel.getByText("There are none.").waitFor();
  await ann.leave();
  await guest.leave();
  await late.leave();
});

test("one leaves after being asked, and the last owner cannot", async () => {
  const room = await makeRoom(server, "ann", { name: "Exit", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const bo = await enter("bo", room);
  const leave = async (person: Person) => {
    await (await openDetails(person)).getByRole("button", { name: "Leave this room" }).click();
    const asked = person.page.getByRole("dialog", { name: "Leave this room?" });
    await asked.getByRole("button", { name: "Leave", exact: true }).click();
    return asked;
  };
  await leave(bo);
  await row(bo, room).waitFor({ state: "detached" });
  expect(new URL(bo.page.url()).pathname).toBe("/");
  const ann = await enter("ann", room);
  const asked = await leave(ann);
  await expect.poll(() => asked.getByRole("alert").textContent(), { timeout: SOON_MS }).toMatch(/owner/i);
  expect(await row(ann, room).count()).toBe(1);
  await ann.leave();
  await bo.leave();
});

test("who has read it is shown where the room shows it", async () => {
  const room = await makeRoom(server, "ann", { name: "Seen", type: "private" });
  for (const who of ["bo", "cleo"]) await setMember(server, "ann", room, who, "member");
  await server.ask("ann", "PATCH", `rooms/${room}`, { receipts: true });
  const ann = await enter("ann", room);
  await ann.say("seen?");
  await ann.page.locator('.message[data-seq][data-state="logged"]').waitFor();
  expect(await ann.page.locator(".seen-by").count()).toBe(0);
  const bo = await enter("bo", room);
  await bo.bubble("seen?").waitFor();
  await ann.page.locator(".seen-by", { hasText: "Seen by Bo Chen" }).waitFor();
  await ann.page.reload();
  await ann.page.locator(".seen-by", { hasText: "Seen by Bo Chen" }).waitFor();
  // The list is to be had by key and by touch, and follows.
  await (await ann.openMenu("seen?")).getByRole("menuitem", { name: "Who has read it" }).press("Enter");
  const readers = () => ann.page.getByRole("dialog", { name: "Who has read it" }).locator(".pick-name").allTextContents();
  await expect.poll(readers, { timeout: SOON_MS }).toEqual(["Bo Chen"]);
  const cleo = await enter("cleo", room);
  await cleo.bubble("seen?").waitFor();
  await expect.poll(readers, { timeout: SOON_MS }).toEqual(["Bo Chen", "Cleo"]);
  await ann.page.keyboard.press("Escape");
  const menu = await bo.openMenu("seen?");
  expect(await menu.getByRole("menuitem", { name: "Who has read it" }).count()).toBe(0);
  await ann.leave();
  await bo.leave();
  await cleo.leave();
});

test("@ offers those who can read the room, by keys; only real mentions are marked", async () => {
  const room = await makeRoom(server, "ann", { name: "Names", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const ann = await enter("ann", room);
  const bo = await enter("bo", room);
  await ann.field.pressSequentially("hey @");
  const options = ann.page.getByRole("option");
  await expect.poll(() => options.allInnerTexts(), { timeout: SOON_MS }).toHaveLength(2);
  expect((await options.allInnerTexts()).join()).not.toContain("Cleo");
  await ann.field.pressSequentially("bo");
  await expect.poll(() => options.count(), { timeout: SOON_MS }).toBe(1);
  expect(await ann.field.getAttribute("aria-activedescendant")).toBe(await options.first().getAttribute("id"));
  await options.first().getByText("Online").waitFor();
  await ann.field.press("Enter");
  await expect.poll(() => ann.field.inputValue()).toBe("hey @Bo Chen ");
  await ann.field.pressSequentially("and @Cleo");
  await ann.field.press("Escape");
  await ann.field.press("Enter");
  const marked = bo.page.locator(".mention");
  await expect.poll(() => marked.allTextContents(), { timeout: SOON_MS }).toEqual(["@Bo Chen"]);
  expect(await marked.first().getAttribute("class")).toContain("mention-us");
  await ann.leave();
  await bo.leave();
});

test("who may speak to everybody is asked before it is sent; who may not just writes it", async () => {
  const room = await makeRoom(server, "ann", { name: "Loud", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const ann = await enter("ann", room);
  const bo = await enter("bo", room);
  await ann.say("Lunch, @room!");
  const dialog = ann.page.getByRole("dialog", { name: "Notify everybody?" });
  await dialog.getByText("“@room” notifies everybody in Loud.").waitFor();
  await dialog.getByRole("button", { name: "Go back" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(await ann.field.inputValue()).toBe("Lunch, @room!");
  await ann.field.press("Enter");
  await dialog.getByRole("button", { name: "Send to all" }).click();
  await bo.page.locator(".mention-us", { hasText: "@room" }).waitFor();
  expect(await ann.field.evaluate((field) => field === document.activeElement)).toBe(true);
  await bo.say("@room is not mine to call, nor is mail@room.example");
  await ann.bubble("@room is not mine to call, nor is mail@room.example").waitFor();
  await ann.sees(["Lunch, @room!", "@room is not mine to call, nor is mail@room.example"]);
  await ann.leave();
  await bo.leave();
});

test("typed as @all, everybody is offered by the word that the server knows, and asked about as well", async () => {
  const room = await makeRoom(server, "ann", { name: "All hands", type: "private" });
  await setMember(server, "ann", room, "bo", "member");
  const ann = await enter("ann", room);
  const bo = await enter("bo", room);
  await ann.field.pressSequentially("Lunch, @all");
  await ann.page.getByRole("option", { name: /^room/ }).waitFor();
  await ann.field.press("Enter");
  await expect.poll(() => ann.field.inputValue()).toBe("Lunch, @room ");
  await ann.field.press("Enter");
  await ann.page.getByRole("dialog", { name: "Notify everybody?" }).getByRole("button", { name: "Send to all" }).click();
  await bo.page.locator(".mention-us", { hasText: "@room" }).waitFor();
  expect(await server.ask("bo", "GET", `rooms/${room}/messages`)).toMatchObject({ messages: [{ text: "Lunch, @room", mentions: ["@room"] }] });
  // Who may not speak to everybody is offered nobody but Ann.
  await bo.field.pressSequentially("@a");
  const options = bo.page.locator(".suggestion-name");
  await expect.poll(() => options.allTextContents(), { timeout: SOON_MS }).toEqual(["Ann Lee"]);
  await ann.leave();
  await bo.leave();
});

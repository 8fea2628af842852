// The screens of moderators and admins: reports and the audit log.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NAMES, report, rudeRoom, said, visit } from "./admin-world";
import { startBrowser } from "./browser";
import { makeRoom, meet, openDetails, row, setMember } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await meet(server, { ...NAMES });
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const token = (who: string) => server.token(who, NAMES[who] ?? who, 3600, who === "root" ? ["admin"] : []);
const enter = (who: string, room?: string) => Person.enter(browser, server, NAMES[who] ?? who, { token: token(who), ...(room !== undefined && { room }) });
const card = (person: Person, room: string, seq: number) => person.page.locator(`[data-report="${room}/${seq}"]`);

test("a moderator comes from the room's details, sees what was said around it, and bans its author with an end", async () => {
  const { room, seq } = await rudeRoom(server, "Planning");
  const dan = await enter("dan", room);
  const bo = await enter("bo", room);
  await (await openDetails(bo)).getByRole("link", { name: "Reports" }).click();
  await bo.page.getByRole("heading", { name: "Reports", level: 1 }).waitFor();
  expect(new URL(bo.page.url()).pathname + new URL(bo.page.url()).search).toBe(`/admin/reports?room=${encodeURIComponent(room)}`);
  const reported = card(bo, room, seq);
  await reported.locator(".report-it", { hasText: "Only fools make lists" }).waitFor();
  expect(await reported.locator(".report-line").allInnerTexts()).toHaveLength(4);
  await reported.getByText("He is rude to Ann").waitFor();
  expect(await reported.locator(".report-reason-head").innerText()).toMatch(/^Reported by Cleo, /);

  await reported.getByRole("button", { name: "Ban…" }).click();
  const dialog = bo.page.getByRole("dialog", { name: "Ban Dan Fox?" });
  await dialog.getByLabel("For how long").selectOption("1 hour");
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();
  await dan.page.getByRole("alert").getByText("You are banned from this room.").waitFor();
  await reported.getByText("Dan Fox is banned until").waitFor();
  await reported.getByText("Resolved", { exact: true }).waitFor();
  expect(await reported.locator(".report-reason-head").innerText()).toContain("Resolved by you");

  await bo.page.getByRole("link", { name: "Audit log" }).click();
  const rows = bo.page.locator(".audit-row");
  await expect.poll(() => rows.count(), { timeout: SOON_MS }).toBeGreaterThanOrEqual(2);
  expect(await rows.nth(0).locator(".audit-words").innerText()).toBe("You resolved a report of a message of Dan Fox");
  expect(await rows.nth(1).locator(".audit-words").innerText()).toMatch(/^You banned Dan Fox until .*\d/);
  expect(await rows.nth(0).locator("time").innerText()).toMatch(/\d{4}.*\d{2}:\d{2}:\d{2}/);
  await bo.leave();
  await dan.leave();
});

test("a message is deleted for everybody, its author muted, and the report dismissed and opened again", async () => {
  const { room, seq } = await rudeRoom(server, "Crew", "private");
  const cleo = await enter("cleo", room);
  const dan = await enter("dan", room);
  const ann = await visit(browser, server, "ann", `/admin/reports?room=${room}`);
  const reported = card(ann, room, seq);
  await reported.getByRole("button", { name: "Delete message" }).click();
  const asked = ann.page.getByRole("dialog", { name: "Delete this message?" });
  await asked.getByLabel("This settles the report").uncheck();
  await asked.getByRole("button", { name: "Delete", exact: true }).click();
  await reported.getByText("This message was deleted.").waitFor();
  await expect.poll(() => cleo.texts(), { timeout: SOON_MS }).not.toContain("Only fools make lists");
  await reported.getByText("Open", { exact: true }).waitFor();

  await reported.getByRole("button", { name: "Mute…" }).click();
  const mute = ann.page.getByRole("dialog", { name: "Mute Dan Fox?" });
  await mute.getByLabel("This settles the report").uncheck();
  await mute.getByRole("button", { name: "Mute", exact: true }).click();
  await dan.page.getByText("You may read here, but not write.").waitFor();

  await reported.getByRole("button", { name: "Dismiss" }).click();
  await reported.getByText("Dismissed", { exact: true }).waitFor();
  await reported.getByRole("button", { name: "Open again" }).click();
  await reported.getByText("Open", { exact: true }).waitFor();
  await reported.getByRole("button", { name: "Resolve" }).click();
  await reported.getByText("Resolved", { exact: true }).waitFor();
  await ann.page.getByRole("button", { name: "Refresh the reports" }).click();
  await ann.page.getByRole("heading", { name: "Nothing is waiting" }).waitFor();
  await ann.page.getByRole("button", { name: "Resolved" }).click();
  await reported.waitFor();
  await ann.leave();
  await cleo.leave();
  await dan.leave();
});

test("an admin sees all rooms' reports, those of private ones by their names, and goes to the message in its room", async () => {
  const { room, seq } = await rudeRoom(server, "Closed circle", "private");
  await report(server, room, "ann", seq, "This is not the tone here");
  const root = await enter("root");
  await root.connected();
  await root.page.locator(".me").click();
  await root.page.getByRole("link", { name: "Administration" }).click();
  await root.page.getByRole("heading", { name: "Reports", level: 1 }).waitFor();
  const reported = card(root, room, seq);
  await reported.getByText("in Closed circle").waitFor();
  await expect.poll(() => reported.locator(".report-reason").allInnerTexts(), { timeout: SOON_MS }).toHaveLength(2);
  await reported.getByRole("link", { name: "Show it in the room" }).click();
  await root.page.locator(`.message-found[data-seq="${seq}"]`).waitFor();
  expect(new URL(root.page.url()).pathname).toBe(`/rooms/${encodeURIComponent(room)}/${seq}`);
  await root.page.goBack();
  await reported.waitFor();
  await root.leave();
});

test("an admin sees how the server is, and it changes while he looks; others see nothing of it", async () => {
  const root = await visit(browser, server, "root", "/admin/health");
  await root.page.getByText("The embedded store takes messages and tells of them.").waitFor();
  const shown = (name: string) => root.page.locator(".health-figures > div", { hasText: name }).locator("dd").innerText();
  await root.page.locator(".health-card[data-state=good]").waitFor();
  expect(await root.page.locator(".health-card").count()).toBe(1);
  expect(await shown("Stream lag")).toMatch(/^\d+ ms$|^\d+\.\d s$/);
  expect(await shown("Waiting to be stored")).toMatch(/^\d+$/);
  // Those of the tests before may still be leaving.
  await expect.poll(() => shown("Connections"), { timeout: SOON_MS }).toBe("1");
  const dan = await enter("dan");
  await dan.connected();
  await expect.poll(() => shown("Connections"), { timeout: SOON_MS }).toBe("2");
  await dan.page.goto(`${server.url}/admin/health`);
  await dan.page.getByRole("heading", { name: "This is for admins" }).waitFor();
  await root.leave();
  await dan.leave();
});

test("how late the stream is follows by itself, in ms and from a second on in seconds", async () => {
  let lagMs = 12;
  const late = (page: Page) =>
    page.route("**/api/admin/health", async (route) => {
      const response = await route.fetch();
      const health = (await response.json()) as { instances: object[] };
      await route.fulfill({ response, json: { ...health, instances: health.instances.map((one) => ({ ...one, lagMs })) } });
    });
  const root = await visit(browser, server, "root", "/admin/health", { before: late });
  const lag = root.page.locator(".health-figures > div", { hasText: "Stream lag" }).locator("dd");
  await expect.poll(() => lag.textContent(), { timeout: SOON_MS }).toBe("12 ms");
  expect(await lag.getAttribute("data-bad")).toBeNull();
  lagMs = 7_300;
  await expect.poll(() => lag.textContent(), { timeout: SOON_MS }).toBe("7.3 s");
  expect(await lag.getAttribute("data-bad")).not.toBeNull();
  await root.page.unrouteAll({ behavior: "wait" });
  await root.leave();
});

test("what two people said to each other is reported, and shown to nobody", async () => {
  const direct = ((await server.ask("cleo", "POST", "direct", { userId: "dan" }))["room"] as { id: string }).id;
  const seq = await said(server, encodeURIComponent(direct), "dan", "Between you and me");
  await report(server, direct, "cleo", seq, "He does not stop");
  const root = await visit(browser, server, "root", "/admin/reports");
  const reported = card(root, direct, seq);
  await reported.getByText("Two people said this to each other: nobody else can read it.").waitFor();
  expect(await reported.getByRole("link").count()).toBe(0);
  await reported.getByRole("button", { name: "Dismiss" }).click();
  await reported.getByText("Dismissed", { exact: true }).waitFor();
  await root.leave();
});

test("the audit log is read by what was done and by who did it, page by page", async () => {
  const room = await makeRoom(server, "ann", { name: "Busy" });
  await setMember(server, "ann", room, "bo", "moderator");
  for (let i = 0; i < 30; i++) await server.ask("ann", "PATCH", `rooms/${room}`, { topic: `Day ${i}` });
  for (let i = 0; i < 30; i++) await setMember(server, "bo", room, "dan", i % 2 === 0 ? "reader" : "member");
  const root = await visit(browser, server, "root", `/admin/audit?room=${room}`);
  const rows = root.page.locator(".audit-row");
  await expect.poll(() => rows.count(), { timeout: SOON_MS }).toBe(50);
  await root.page.getByRole("button", { name: "Show older" }).click();
  await expect.poll(() => rows.count(), { timeout: SOON_MS }).toBe(61);
  expect(await rows.last().locator(".audit-words").innerText()).toBe("Ann Lee made Bo Chen a moderator");
  await root.page.getByLabel("What was done").selectOption("Settings of rooms");
  await expect.poll(() => rows.count(), { timeout: SOON_MS }).toBe(30);
  expect(await rows.first().innerText()).toContain("Ann Lee changed the settings: named “Busy”, topic “Day 29”");
  await root.page.getByLabel("What was done").selectOption("Everything");
  await root.page.getByRole("button", { name: "Anybody" }).click();
  await root.page.getByLabel("Name or id").fill("bo chen");
  await root.page.getByRole("dialog").getByRole("button", { name: "Bo Chen" }).click();
  await expect.poll(() => rows.count(), { timeout: SOON_MS }).toBe(30);
  expect(new Set(await rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-action"))))).toEqual(new Set(["set_member"]));
  await root.page.getByRole("button", { name: "What anybody did" }).click();
  await expect.poll(() => rows.count(), { timeout: SOON_MS }).toBe(50);
  await root.leave();
});

test("a member is offered none of it, and is refused by address and by the server", async () => {
  const { room } = await rudeRoom(server, "Not theirs");
  const dan = await enter("dan", room);
  await dan.page.locator(".me").click();
  expect(await dan.page.getByRole("link", { name: /Administration|Moderation/ }).count()).toBe(0);
  const panel = await openDetails(dan);
  await panel.getByRole("button", { name: "Leave this room" }).waitFor();
  expect(await panel.getByRole("link").count()).toBe(0);
  for (const path of ["/admin", "/admin/reports", "/admin/nothing"]) {
    await dan.page.goto(`${server.url}${path}`);
    await dan.page.getByRole("heading", { name: "This is for admins" }).waitFor();
  }
  await dan.page.goto(`${server.url}/admin/audit?room=${room}`);
  await dan.page.getByRole("heading", { name: "This is for those who moderate the room" }).waitFor();
  for (const path of ["reports", "audit", `rooms/${room}/reports`, `rooms/${room}/audit`]) {
    const answer = await fetch(`${server.url}/api/${path}`, { headers: { Authorization: `Bearer ${token("dan")}` } });
    expect(answer.status).toBe(403);
  }
  await dan.leave();
});

test("a moderator of rooms is not let into the whole server, and chooses one of his", async () => {
  const { room } = await rudeRoom(server, "Mine to keep");
  const bo = await visit(browser, server, "bo", "/admin");
  await bo.page.getByRole("heading", { name: "Choose a room" }).waitFor();
  await bo.page.getByLabel("About").selectOption("Mine to keep");
  await bo.page.locator("[data-report]").waitFor();
  expect(new URL(bo.page.url()).searchParams.get("room")).toBe(room);
  await bo.page.getByRole("link", { name: "Rooms", exact: true }).click();
  await row(bo, room).waitFor();
  expect(new URL(bo.page.url()).pathname).toBe(`/rooms/${encodeURIComponent(room)}`);
  await bo.leave();
});

test("names and texts of the corpus stay inert there", async () => {
  const evil = `<img src=x onerror=alert(1)>"'><script>window.pwned=1</script>`;
  const room = await makeRoom(server, "ann", { name: evil.replaceAll(/[<>]/g, "<") });
  const who = "<svg/onload=alert(1)>";
  const { seq } = await server.post(room, evil, server.token(who, evil.slice(0, 60)));
  await report(server, room, "cleo", seq, evil);
  await setMember(server, "ann", room, encodeURIComponent(who), "reader");
  const root = await visit(browser, server, "root", "/admin/reports");
  const reported = card(root, room, seq);
  await reported.locator(".report-it", { hasText: evil }).waitFor();
  await reported.locator(".report-reason", { hasText: evil }).waitFor();
  await root.page.getByRole("link", { name: "Audit log" }).click();
  await root.page.locator(".audit-row", { hasText: evil.slice(0, 60) }).waitFor();
  expect(await root.page.evaluate(() => ["pwned" in window, document.querySelectorAll(".admin img, .admin script").length])).toEqual([false, 0]);
  await root.leave();
});

test("without the server it says that it is old, and why, and reads again by itself", async () => {
  const own = await Server.start();
  const { room } = await rudeRoom(own, "Far away");
  const root = await visit(browser, own, "root", "/admin/reports");
  await root.page.locator("[data-report]").waitFor();
  await own.kill();
  await root.page.getByRole("button", { name: "Refresh the reports" }).click();
  await root.page.locator(".freshness[data-stale]", { hasText: "The server cannot be reached." }).waitFor();
  expect(await root.page.locator("[data-report]").count()).toBe(1);
  await root.page.getByRole("link", { name: "Audit log" }).click();
  await root.page.getByRole("heading", { name: "This could not be read" }).waitFor();
  await own.start();
  await root.page.locator(".audit-row").first().waitFor({ timeout: 3 * SOON_MS });
  expect(await root.page.locator(".audit-row").first().innerText()).toContain("Far away");
  expect(room).not.toBe("");
  await root.leave();
  await own.remove();
});

test("by keys alone: from the account to a report, its dialog and back", async () => {
  const { room, seq } = await rudeRoom(server, "By keys");
  const bo = await enter("bo", room);
  const { keyboard } = bo.page;
  const focused = () => bo.page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim());
  const tabTo = async (name: string) => {
    for (let i = 0; i < 60 && (await focused()) !== name; i++) await keyboard.press("Tab");
    await expect.poll(() => focused()).toBe(name);
  };
  await bo.page.locator(".me").focus();
  await keyboard.press("Enter");
  for (let i = 0; i < 10 && (await focused()) !== "Moderation"; i++) await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  await bo.page.getByRole("heading", { name: "Choose a room" }).waitFor();
  await bo.page.goto(`${server.url}/admin/reports?room=${room}`);
  await card(bo, room, seq).waitFor();
  await tabTo("Ban…");
  await keyboard.press("Enter");
  await bo.page.getByRole("dialog", { name: "Ban Dan Fox?" }).waitFor();
  await keyboard.press("Escape");
  await expect.poll(focused).toBe("Ban…");
  await tabTo("Dismiss");
  await keyboard.press("Enter");
  await card(bo, room, seq).getByText("Dismissed", { exact: true }).waitFor();
  await expect.poll(focused).toBe("Open again");
  await bo.leave();
});

test("a style that does not come is told, and comes when one looks again", async () => {
  const root = await Person.enter(browser, server, NAMES["root"] ?? "", { token: token("root") });
  await root.connected();
  let isCut = true;
  await root.page.route(/AdminPage-.*\.css$/, (route) => (isCut ? route.abort() : route.continue()));
  await root.page.goto(`${server.url}/admin`);
  await root.page.getByRole("heading", { name: "This could not be loaded" }).waitFor();
  isCut = false;
  await root.page.getByRole("button", { name: "Load the page again" }).click();
  await root.page.locator("#admin").waitFor();
  await expect.poll(() => root.page.evaluate(() => [...document.styleSheets].some(({ href }) => href?.includes("AdminPage")))).toBe(true);
  await root.leave();
});

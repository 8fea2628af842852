// The screens of admins and owners: rooms, people, bots, hooks, webhooks and streams.

import { createServer, type Server as HTTPServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NAMES, visit } from "./admin-world";
import { startBrowser } from "./browser";
import { makeRoom, meet, openDetails, setMember } from "./crew";
import { FeedsWorld } from "./feeds-world";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start("-webhook-allow-private")]);
  await meet(server, { ...NAMES });
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const line = (person: Person, id: string) => person.page.locator(`[data-row="${id}"]`);

test("an admin finds a private room, sees who is in it, and changes that", async () => {
  const room = await makeRoom(server, "ann", { name: "Attic", type: "private" });
  await setMember(server, "ann", room, "cleo", "member");
  const root = await visit(browser, server, "root", "/admin/rooms");
  await line(root, "lobby").waitFor();
  await root.page.getByRole("searchbox", { name: "Name or id" }).fill("attic");
  await line(root, "lobby").waitFor({ state: "detached" });
  expect(await line(root, room).innerText()).toContain("Private");
  await line(root, room).getByRole("button", { name: "Members" }).click();
  const dialog = root.page.getByRole("dialog", { name: "Members of Attic" });
  const cleo = dialog.locator("[data-member=cleo]");
  await cleo.getByText("Member", { exact: true }).waitFor();
  await cleo.getByRole("button").click();
  await root.page.getByRole("menuitem", { name: "Make a moderator" }).click();
  await cleo.getByText("Moderator", { exact: true }).waitFor();
  await cleo.getByRole("button").click();
  await root.page.getByRole("menuitem", { name: "Ban…" }).click();
  await root.page.getByRole("dialog", { name: "Ban Cleo" }).getByRole("button", { name: "Ban", exact: true }).click();
  await cleo.getByText("Banned until").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await line(root, room).getByRole("button", { name: "Moderate" }).click();
  await root.page.getByRole("heading", { name: "Nothing is waiting" }).waitFor();
  expect(new URL(root.page.url()).searchParams.get("room")).toBe(room);
  await root.leave();
});

test("people are found by name, with what they are", async () => {
  const root = await visit(browser, server, "root", "/admin/people");
  await line(root, "bo").waitFor();
  await root.page.getByRole("searchbox", { name: "Name or id" }).fill("dan");
  await line(root, "bo").waitFor({ state: "detached" });
  expect(await line(root, "dan").innerText()).toContain("Dan Fox");
  await root.leave();
});

test("an owner makes a bot of his room, whose key is shown once, works, and is refused once it is removed", async () => {
  const room = await makeRoom(server, "ann", { name: "Builds" });
  const ann = await visit(browser, server, "ann", `/admin/bots?room=${room}`);
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ann.page.getByRole("heading", { name: "There is no bot yet" }).waitFor();
  await ann.page.getByLabel("Name", { exact: true }).fill("<b>Builder</b>");
  await ann.page.getByLabel("What it may do").selectOption("Only post");
  await ann.page.getByRole("button", { name: "Make a key" }).click();
  const key = await ann.page.getByLabel("The key, shown only now").inputValue();
  expect(key).toMatch(/^rs_\w{26}$/);
  await ann.page.getByRole("button", { name: "Copy the key" }).click();
  await ann.page.getByText("Copied.").waitFor();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(key);
  await ann.page.getByText("Only posts in Builds").waitFor();
  expect((await server.post(room, "green", key)).seq).toBeGreaterThan(0);

  await ann.page.reload();
  await ann.page.getByText("Only posts in Builds").waitFor();
  expect(await ann.page.getByLabel("The key, shown only now").count()).toBe(0);
  await ann.page.getByRole("button", { name: "Remove <b>Builder</b>" }).click();
  await ann.page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await ann.page.getByRole("heading", { name: "There is no bot yet" }).waitFor();
  await expect.poll(() => ann.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Bots");
  await expect.poll(() => server.post(room, "again", key).then(() => "taken", (error: Error) => error.message), { timeout: SOON_MS }).toContain("401");
  await ann.leave();
});

test("a room's address takes messages until it is removed", async () => {
  const room = await makeRoom(server, "ann", { name: "Alarms" });
  const ann = await visit(browser, server, "ann", `/admin/hooks?room=${room}`);
  await ann.page.getByLabel("Name", { exact: true }).fill("Smoke");
  await ann.page.getByRole("button", { name: "Make an address" }).click();
  const address = await ann.page.getByLabel("The address, shown only now").inputValue();
  const post = () => fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text: "Fire" }) });
  expect((await post()).status).toBe(201);
  await ann.page.getByRole("button", { name: "Remove Smoke" }).click();
  await ann.page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await ann.page.getByRole("heading", { name: "There is no address yet" }).waitFor();
  await expect.poll(async () => (await post()).status, { timeout: SOON_MS }).toBe(404);
  await ann.leave();
});

test("a webhook says how far it is and what keeps it; set back, it delivers again", async () => {
  const taken: number[] = [];
  let answer = 500;
  const target: HTTPServer = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      if (answer === 200) taken.push((JSON.parse(body) as { event: { seq: number } }).event.seq);
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/in`;
  try {
    const room = await makeRoom(server, "ann", { name: "Outside" });
    const ann = await visit(browser, server, "ann", `/admin/webhooks?room=${room}`);
    await ann.page.getByLabel("Address").fill("nothing");
    await ann.page.getByRole("button", { name: "Make a webhook" }).click();
    await expect.poll(() => ann.page.locator(".form-error").first().textContent(), { timeout: SOON_MS }).toMatch(/url/i);
    await ann.page.getByLabel("Address").fill(url);
    await ann.page.getByLabel("Messages").check();
    await ann.page.getByRole("button", { name: "Make a webhook" }).click();
    await expect.poll(() => ann.page.getByLabel("What it signs with, shown only now").inputValue()).toMatch(/^rsw_/);
    const { seq } = await server.post(room, "hello", server.token("ann", "Ann Lee"));
    await ann.page.getByRole("button", { name: `Progress of ${url}` }).click();
    const cursor = ann.page.locator(`[data-cursor="${room}"]`);
    await expect
      .poll(
        async () => {
          const refresh = ann.page.getByRole("button", { name: "Refresh the cursors" });
          if (await refresh.isEnabled()) await refresh.click();
          return cursor.innerText();
        },
        { timeout: 2 * SOON_MS },
      )
      .toMatch(/Failing since .* tried \d+ times?: .*500/);
    answer = 200;
    await expect.poll(() => taken, { timeout: 3 * SOON_MS }).toContain(seq);
    await ann.page.getByRole("button", { name: "Refresh the cursors" }).click();
    await cursor.getByText(`Everything up to number ${seq} was taken`).waitFor();
    await cursor.getByRole("button", { name: "Set the place in Outside" }).click();
    await cursor.getByLabel("Everything up to here was taken").fill(String(seq - 1));
    await cursor.getByRole("button", { name: "Set", exact: true }).click();
    await expect.poll(() => taken.filter((one) => one === seq).length, { timeout: 2 * SOON_MS }).toBe(2);
    await ann.leave();
  } finally {
    target.close();
    target.closeAllConnections();
  }
});

test("a moderator is offered reports and the audit log, an owner his room's programs, neither the server's", async () => {
  const room = await makeRoom(server, "ann", { name: "Shared" });
  await setMember(server, "ann", room, "bo", "moderator");
  const partsOf = async (who: string) => {
    const person = await visit(browser, server, who, `/admin/reports?room=${room}`);
    await person.page.getByRole("heading", { name: "Nothing is waiting" }).waitFor();
    const parts = await person.page.locator("#admin nav").getByRole("link").allInnerTexts();
    await person.page.goto(`${server.url}/admin/streams`);
    await person.page.getByRole("heading", { name: "Choose a room" }).waitFor();
    await person.leave();
    return parts;
  };
  expect(await partsOf("bo")).toEqual(["Reports", "Audit log"]);
  expect(await partsOf("ann")).toEqual(["Reports", "Audit log", "Bots", "Incoming hooks", "Webhooks"]);
  const bo = await visit(browser, server, "bo", `/admin/bots?room=${room}`);
  await bo.page.getByRole("heading", { name: "This is for owners of the room" }).waitFor();
  await bo.leave();
  const ann = await Person.enter(browser, server, "Ann Lee", { token: server.token("ann", "Ann Lee"), room });
  await (await openDetails(ann)).getByRole("link", { name: "Programs" }).click();
  await ann.page.getByRole("heading", { name: "Bots", level: 1 }).waitFor();
  await ann.leave();
});

test("streams are declared, changed and removed; what the database or the server refuses is said", async () => {
  const world = await FeedsWorld.start();
  try {
    const root = await visit(browser, world.server, "root", "/admin/streams");
    const { page } = root;
    await page.getByRole("heading", { name: "No stream is declared" }).waitFor();
    const error = page.locator(".form-error").first();
    const apply = async (name: string, declaration: string) => {
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("Declaration").fill(declaration);
      await page.getByRole("button", { name: "Apply" }).click();
    };
    await apply("orders/all", "{");
    await expect.poll(() => error.textContent(), { timeout: SOON_MS }).toMatch(/^This is no JSON/);
    await apply("orders/all", `{"stages":[{"$match":{"fullDocument.n":{"$nothing":1}}}]}`);
    await expect.poll(() => error.textContent(), { timeout: 2 * SOON_MS }).toMatch(/\$nothing/);
    await apply("orders/all", `{"operations":["insert"],"stages":[{"$match":{"fullDocument.n":1}}]}`);
    await page.getByText("orders/all is applied.").waitFor({ timeout: 2 * SOON_MS });
    expect(await line(root, "orders/all").innerText()).toContain("insert · 1 stage");
    await page.getByRole("button", { name: "Edit orders/all" }).click();
    await expect.poll(() => page.getByLabel("Declaration").inputValue(), { timeout: SOON_MS }).toContain('"fullDocument.n": 1');
    await page.getByRole("button", { name: "Remove orders/all" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("heading", { name: "No stream is declared" }).waitFor();
    await root.leave();
  } finally {
    await world.remove();
  }
});

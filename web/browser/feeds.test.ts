// The page of feeds, on a real mongod: what is declared is opened, shown, held, copied, and ended.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { FeedsWorld, keys, openStream } from "./feeds-world";
import { SOON_MS } from "./person";

let browser: Browser;
let world: FeedsWorld;

beforeAll(async () => {
  [browser, world] = await Promise.all([startBrowser(), FeedsWorld.start()]);
  await world.declare("posts/all", { stages: [] });
});
afterAll(async () => {
  await browser.close();
  await world.remove();
});

const mine = { operations: ["insert", "update", "delete"], fullDocument: "updateLookup", stages: [{ $match: { "fullDocument.name": { $var: "n" } } }], vars: { n: { type: "string" } } };

test("from the rooms to a stream: its variable is filled in, its events come, and only those", async () => {
  await world.declare("posts/mine", mine);
  const ada = await world.visit(browser);
  await ada.page.goto(world.server.url);
  await ada.page.getByRole("link", { name: "Live feeds" }).click();
  await ada.page.locator('[data-feed="posts/mine"]').click();
  await expect.poll(() => ada.page.title()).toBe("posts/mine · Live feeds · roomstream");
  await ada.page.getByRole("heading", { name: "posts/mine" }).waitFor();
  await ada.page.getByText("Collection posts · Insert, Update, Delete").waitFor();

  // Without its variable it is not opened, and the field says so and has the focus.
  await ada.page.getByRole("button", { name: "Open", exact: true }).click();
  const field = ada.page.getByLabel("n required");
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  await ada.page.getByText("Fill this in").waitFor();

  await field.fill("uji");
  await field.press("Enter");
  await ada.page.locator('.feed-state[data-tone="live"]').waitFor();
  const posts = world.database.collection<{ _id: string; name: string; text?: string }>("posts");
  await posts.insertOne({ _id: "other", name: "mira" });
  await posts.insertOne({ _id: "first", name: "uji", text: "<b>bold</b>" });
  await posts.updateOne({ _id: "first" }, { $set: { text: "second" } });
  await expect.poll(() => keys(ada.page), { timeout: SOON_MS }).toEqual(["first", "first"]);
  expect(await ada.page.locator(".feed-counts li").allTextContents()).toEqual(["1 insert", "1 update"]);

  // Opened by key it shows all of it, as text.
  await ada.page.locator(".feed-event").last().press("Enter");
  expect(JSON.parse((await ada.page.locator(".feed-body pre").textContent()) ?? "")).toMatchObject({ operationType: "insert", fullDocument: { text: "<b>bold</b>" } });
  await ada.leave();
});

test("a pause holds back what comes, and a resume shows it; Clear empties the list; Stop ends it", async () => {
  const posts = world.database.collection<{ _id: string }>("posts");
  const ada = await world.visit(browser, "posts/all");
  await openStream(ada.page);
  await posts.insertOne({ _id: "p1" });
  await expect.poll(() => keys(ada.page), { timeout: SOON_MS }).toEqual(["p1"]);
  await ada.page.getByRole("button", { name: "Pause" }).click();
  await posts.insertMany([{ _id: "p2" }, { _id: "p3" }]);
  const resume = ada.page.getByRole("button", { name: "Resume (2 new)" });
  await resume.waitFor();
  expect(await keys(ada.page)).toEqual(["p1"]);
  await resume.click();
  await expect.poll(() => keys(ada.page)).toEqual(["p3", "p2", "p1"]);
  await ada.page.getByRole("button", { name: "Clear" }).click();
  await ada.page.getByText("Waiting for the first event").waitFor();
  await ada.page.getByRole("button", { name: "Stop" }).click();
  await ada.page.getByText("Not open", { exact: true }).waitFor();
  await ada.leave();
});

test("the websocat line is copied, quoted, without the token; so is an event's JSON", async () => {
  const ada = await world.visit(browser, "posts/mine");
  await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const clipboard = () => ada.page.evaluate(() => navigator.clipboard.readText());
  await ada.page.getByLabel("n required").fill("it's");
  await ada.page.getByRole("button", { name: "Copy websocat line" }).click();
  await ada.page.getByText("The websocat line is copied").waitFor();
  const host = new URL(world.server.url).host;
  expect(await clipboard()).toBe(`websocat -H="Authorization: Bearer $TOKEN" 'ws://${host}/posts/_streams/mine?n=it%27s'`);
  expect(await ada.page.content()).not.toContain(world.admin().split(".")[2]);

  await openStream(ada.page);
  await world.database.collection<{ _id: string; name: string }>("posts").insertOne({ _id: "copied", name: "it's" });
  await ada.page.locator(".feed-event").click();
  await ada.page.getByRole("button", { name: "Copy JSON" }).click();
  await ada.page.getByText("The JSON is copied").waitFor();
  expect(JSON.parse(await clipboard())).toMatchObject({ documentKey: { _id: "copied" } });
  await ada.leave();
});

test("what the server refuses stands at its field, and a variable that nothing told of is asked for", async () => {
  await world.declare("posts/since", { stages: [{ $match: { "fullDocument.count": { $gt: { $var: "count" } } } }], vars: { count: { type: "int" } } });
  const ada = await world.visit(browser, "posts/since");
  // Another declaration than the one the form was made of.
  await world.declare("posts/since", { stages: [{ $match: { "fullDocument.count": { $gt: { $var: "least" } } } }], vars: { least: { type: "int" } } });
  await ada.page.getByLabel("count required").fill("5");
  await ada.page.getByRole("button", { name: "Open", exact: true }).click();
  await ada.page.getByText(/^Not opened\. .*count/).waitFor();
  // The form is the new declaration's now.
  await ada.page.getByLabel("least required").fill("5");
  await openStream(ada.page);
  await ada.leave();

  await world.declare("posts/mine", mine);
  const bea = await world.visit(browser, "posts/mine", {
    before: (page) => page.route("**/api/streams", async (route) => {
      const response = await route.fetch();
      const listed = (await response.json()) as { streams: { name: string; vars?: object }[] };
      // As for whom the stages are not shown.
      for (const stream of listed.streams) Object.assign(stream, { vars: undefined, stages: undefined });
      await route.fulfill({ response, json: listed });
    }),
  });
  await bea.page.getByText("This stream has no variables").waitFor();
  await bea.page.getByRole("button", { name: "Open", exact: true }).click();
  const field = bea.page.getByLabel("n required");
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await field.getAttribute("aria-invalid")).toBe("true");
  await bea.page.getByText("Not opened. Variable n not bound.").waitFor();
  await field.fill("uji");
  await openStream(bea.page);
  await bea.leave();
});

test("when its declaration is removed the stream is closed, with the reason in words", async () => {
  await world.declare("posts/short-lived", { stages: [] });
  const ada = await world.visit(browser, "posts/short-lived");
  await openStream(ada.page);
  await world.database.collection<{ _id: string }>("posts").insertOne({ _id: "kept" });
  await expect.poll(() => keys(ada.page), { timeout: SOON_MS }).toEqual(["kept"]);
  await world.retract("posts/short-lived");
  await ada.page.getByText("its declaration was removed").waitFor();
  await expect.poll(() => ada.page.locator('[data-feed="posts/short-lived"]').count(), { timeout: SOON_MS }).toBe(0);
  // What came stays; to open it again is refused in words.
  expect(await keys(ada.page)).toEqual(["kept"]);
  await ada.page.getByRole("button", { name: "Reopen" }).click();
  await ada.page.getByText(/^Not opened\. /).waitFor();
  await ada.leave();
});

test("after a connection that was lost it goes on by itself, and nothing is missing", async () => {
  const posts = world.database.collection<{ _id: string }>("posts");
  const ada = await world.visit(browser, "posts/all");
  await openStream(ada.page);
  await posts.insertOne({ _id: "before" });
  await expect.poll(() => keys(ada.page), { timeout: SOON_MS }).toEqual(["before"]);
  await world.server.kill();
  await ada.page.getByText("No connection: it goes on by itself").waitFor();
  await posts.insertOne({ _id: "meanwhile" });
  await world.server.start();
  await expect.poll(() => keys(ada.page), { timeout: 3 * SOON_MS }).toEqual(["meanwhile", "before"]);
  await ada.page.getByText("nothing is missing").waitFor();
  await ada.leave();
});

test("an open stream stays open while one is in the rooms", async () => {
  const ada = await world.visit(browser, "posts/all");
  await openStream(ada.page);
  await ada.page.getByRole("link", { name: "Rooms", exact: true }).click();
  await ada.page.getByRole("link", { name: "Live feeds" }).waitFor();
  await world.database.collection<{ _id: string }>("posts").insertOne({ _id: "unseen" });
  await ada.page.goBack();
  await expect.poll(() => keys(ada.page), { timeout: SOON_MS }).toEqual(["unseen"]);
  await ada.page.locator('.feed-state[data-tone="live"]').waitFor();
  await ada.leave();
});

test("by keyboard alone: to the rows, from row to row, and open", async () => {
  const posts = world.database.collection<{ _id: string }>("posts");
  const ada = await world.visit(browser, "posts/all");
  await openStream(ada.page);
  await posts.insertMany([{ _id: "k1" }, { _id: "k2" }, { _id: "k3" }]);
  await expect.poll(() => keys(ada.page), { timeout: SOON_MS }).toEqual(["k3", "k2", "k1"]);
  await ada.page.getByRole("button", { name: "Clear" }).focus();
  const focused = () => ada.page.evaluate(() => document.activeElement?.querySelector(".feed-key")?.textContent);
  await ada.page.keyboard.press("Tab");
  await expect.poll(() => focused()).toBe("k3");
  await ada.page.keyboard.press("ArrowDown");
  await expect.poll(() => focused()).toBe("k2");
  await ada.page.keyboard.press("End");
  await expect.poll(() => focused()).toBe("k1");
  await ada.page.keyboard.press("Enter");
  await ada.page.locator(".feed-body pre").waitFor();
  await ada.page.keyboard.press("Tab");
  await expect.poll(() => ada.page.evaluate(() => document.activeElement?.tagName)).toBe("PRE");
  await ada.leave();
});

test("many events: the newest are kept, few of them are on the page, and it says so", async () => {
  const ada = await world.visit(browser, "posts/all");
  await openStream(ada.page);
  for (let i = 0; i < 6; i++) await world.database.collection("posts").insertMany(Array.from({ length: 100 }, () => ({ text: "many" })));
  await ada.page.getByText("600 insert").waitFor();
  expect(await ada.page.locator(".feed-event").count()).toBe(100);
  await ada.page.getByText("100 older events are not kept").waitFor();
  await ada.page.getByRole("button", { name: "Show 100 older" }).click();
  expect(await ada.page.locator(".feed-event").count()).toBe(200);
  await ada.leave();
});

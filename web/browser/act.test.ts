// What one does to messages, and what the other sees of it.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { row } from "./crew";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const enter = (name: string, room: string) => Person.enter(browser, server, name, { room });

/** Waits until a person sees exactly these reactions; a star: one's own. */
async function seesReactions(person: Person, expected: string[]): Promise<void> {
  const seen = () =>
    person.page.locator(".reaction").evaluateAll((chips) => chips.map((chip) => `${chip.textContent}${chip.getAttribute("aria-pressed") === "true" ? "*" : ""}`));
  await expect.poll(seen, { timeout: SOON_MS }).toEqual(expected);
}

test("a reaction: from the menu, by its chip, and back", async () => {
  await server.post("react", "lunch?");
  const [ann, bo] = await Promise.all([enter("Ann", "react"), enter("Bo", "react")]);
  await (await ann.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Thumbs up" }).click();
  await seesReactions(ann, ["👍 1*"]);
  await seesReactions(bo, ["👍 1"]);
  await bo.page.locator(".reaction").click();
  await seesReactions(bo, ["👍 2*"]);
  await seesReactions(ann, ["👍 2*"]);
  await (await bo.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Party" }).click();
  await seesReactions(ann, ["👍 2*", "🎉 1"]);

  const mine = (await ann.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Thumbs up" });
  expect(await mine.getAttribute("aria-checked")).toBe("true");
  await mine.click();
  await seesReactions(ann, ["👍 1", "🎉 1"]);
  await seesReactions(bo, ["👍 1*", "🎉 1*"]);
  await bo.page.reload();
  await bo.loaded();
  await seesReactions(bo, ["👍 1*", "🎉 1*"]);
  await ann.leave();
  await bo.leave();
});

test("an edit: Escape leaves the text, Enter saves it, and a draft is still there after it", async () => {
  const [ann, bo] = await Promise.all([enter("Ann", "edit"), enter("Bo", "edit")]);
  await ann.say("helo <b>all</b>");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  await bo.sees(["helo <b>all</b>"]);
  expect(await (await bo.openMenu("helo <b>all</b>")).getByRole("menuitem").allTextContents()).toEqual(["", "Reply", "Open thread", "Copy text", "Copy link", "Report…"]); // the first is a picture

  await ann.field.fill("a draft");
  const edit = ann.editField;
  const open = async (text: string) => (await ann.openMenu(text)).getByRole("menuitem", { name: "Edit" }).click();
  await open("helo <b>all</b>");
  expect(await edit.inputValue()).toBe("helo <b>all</b>");
  await edit.fill("something else");
  await edit.press("Escape");
  await edit.waitFor({ state: "detached" });
  await ann.sees(["helo <b>all</b>"]);

  await open("helo <b>all</b>");
  await edit.fill("hello <b>all</b>");
  await edit.press("Enter");
  await edit.waitFor({ state: "detached" });
  expect(await ann.field.inputValue()).toBe("a draft");
  for (const person of [ann, bo]) {
    await person.sees(["hello <b>all</b>"]);
    await person.page.locator(".bubble-edited").waitFor();
  }
  expect((await server.log("edit")).map((m) => m.text)).toEqual(["hello <b>all</b>"]);
  await ann.leave();
  await bo.leave();
});

test("an edit begun in one tab takes the field away in no other", async () => {
  const { seq } = await server.post("two-tabs", "old", server.token("ann", "Ann"));
  const ann = await enter("Ann", "two-tabs");
  const tab = await ann.context.newPage();
  await tab.addInitScript((token) => sessionStorage.setItem("roomstream.token", token), server.token("ann", "Ann"));
  await tab.goto(`${server.url}/rooms/two-tabs`);
  await tab.locator("#messages [data-seq]").waitFor();
  await tab.getByLabel("Message two-tabs").fill("half a thought");
  await (await ann.openMenu("old")).getByRole("menuitem", { name: "Edit" }).press("Enter");
  await ann.editField.fill("new");
  // What draws the room anew in the other tab leaves the field there.
  await tab.locator(`#messages [data-seq="${seq}"]`).getByRole("button", { name: "Message actions" }).press("Enter");
  await tab.getByRole("menuitem", { name: "Open thread" }).press("Enter");
  await tab.getByRole("textbox", { name: "Reply in the thread" }).waitFor();
  expect(await tab.getByLabel("Message two-tabs").inputValue()).toBe("half a thought");
  await ann.editField.press("Enter");
  await ann.sees(["new"]);
  await ann.leave();
});

test("an edit under way is kept over a look at another room and a reload", async () => {
  await server.post("kept-edit", "old", server.token("ann", "Ann"));
  await server.post("edit-elsewhere", "hello");
  const ann = await enter("Ann", "kept-edit");
  await (await ann.openMenu("old")).getByRole("menuitem", { name: "Edit" }).click();
  await ann.editField.fill("old and ne");
  await ann.page.locator("[data-room=edit-elsewhere]").click();
  await ann.page.getByLabel("Message edit-elsewhere").waitFor();
  await ann.page.locator("[data-room=kept-edit]").click();
  await expect.poll(() => ann.editField.inputValue()).toBe("old and ne");
  await ann.page.reload();
  await ann.loaded();
  await expect.poll(() => ann.editField.inputValue()).toBe("old and ne");
  await ann.editField.press("w");
  await ann.editField.press("Enter");
  await ann.sees(["old and new"]);
  await ann.page.getByLabel("Message kept-edit").waitFor();
  await ann.page.reload();
  await ann.loaded();
  await ann.page.getByLabel("Message kept-edit").waitFor(); // what was saved is not kept
  await ann.leave();
});

test("a delete asks once; what is deleted has no menu", async () => {
  const [ann, bo] = await Promise.all([enter("Ann", "delete"), enter("Bo", "delete")]);
  await ann.say("oops");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  const dialog = ann.page.getByRole("dialog");
  const ask = async () => (await ann.openMenu("oops")).getByRole("menuitem", { name: "Delete" }).click();
  await ask();
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await dialog.waitFor({ state: "detached" });
  await bo.sees(["oops"]);
  const preview = row(bo, "delete").locator(".room-row-preview");
  await expect.poll(() => preview.textContent(), { timeout: SOON_MS }).toBe("Ann: oops");
  await ask();
  await dialog.getByRole("button", { name: "Delete" }).click();
  for (const person of [ann, bo]) {
    await person.sees(["This message was deleted."]);
    expect(await person.page.getByRole("button", { name: "Message actions" }).count()).toBe(0);
  }
  await expect.poll(() => preview.textContent(), { timeout: SOON_MS }).toBe("Ann: deleted a message");
  await expect.poll(() => ann.page.evaluate(() => document.activeElement?.className || document.activeElement?.outerHTML.slice(0, 80)), { timeout: SOON_MS }).toBe("timeline");
  await ann.leave();
  await bo.leave();
});

/** Refuses every request of a kind on its way. */
async function refuse(page: Page, event: string): Promise<void> {
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const upstream = socket.connectToServer();
    socket.onMessage((message) => {
      const asked = /^42(\d+)\["([a-z_]+)"/.exec(String(message));
      if (asked?.[2] !== event) return upstream.send(message);
      socket.send(`43${asked[1]}[{"error":{"code":"FORBIDDEN","message":"the room is read-only","retryable":false}}]`);
    });
  });
}

test.each([
  ["set_reaction", "Thumbs up"],
  ["delete_message", "Delete"],
])("a refused %s is told", async (event, name) => {
  const room = `refused-${event}`;
  await server.post(room, "stays", server.token("ann", "Ann"));
  const ann = await Person.enter(browser, server, "Ann", { room, before: (page) => refuse(page, event) });
  await (await ann.openMenu("stays")).locator('[role^="menuitem"]', { hasText: name }).or(ann.page.getByRole("menuitemcheckbox", { name })).click();
  if (event === "delete_message") await ann.page.getByRole("dialog").getByRole("button", { name }).click();
  await ann.page.getByRole("status").filter({ hasText: /^The room is read-only$/ }).waitFor();
  await ann.sees(["stays"]);
  await ann.leave();
});

test("a refused edit is told, and what was typed stays", async () => {
  await server.post("refused-edit", "old", server.token("ann", "Ann"));
  const ann = await Person.enter(browser, server, "Ann", { room: "refused-edit", before: (page) => refuse(page, "edit_message") });
  await (await ann.openMenu("old")).getByRole("menuitem", { name: "Edit" }).click();
  await ann.editField.fill("new");
  await ann.editField.press("Enter");
  await ann.page.getByRole("alert").filter({ hasText: "Not saved. The room is read-only" }).waitFor();
  expect(await ann.editField.inputValue()).toBe("new");
  await ann.editField.press("Escape");
  await ann.sees(["old"]);
  await ann.leave();
});

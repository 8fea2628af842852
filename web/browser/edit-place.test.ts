// A message is edited where it stands, wherever one is meanwhile.

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf, sticksOut } from "./axe";
import { startBrowser, type Theme } from "./browser";
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

const begin = async (person: Person, text: string) => (await person.openMenu(text)).getByRole("menuitem", { name: "Edit" }).press("Enter");
const row = (page: Page, seq: number): Locator => page.locator(`#messages [data-seq="${seq}"]`);
const bar = (page: Page): Locator => page.locator(".edit-bar");
const hasFocus = (field: Locator) => expect.poll(() => field.evaluate((element) => element === document.activeElement), { timeout: SOON_MS }).toBe(true);
const inSight = (field: Locator) =>
  expect
    .poll(() => field.evaluate((element) => {
      const [own, frame] = [element.getBoundingClientRect(), element.closest(".timeline")?.getBoundingClientRect()];
      return frame !== undefined && own.top >= frame.top && own.bottom <= frame.bottom;
    }), { timeout: SOON_MS })
    .toBe(true);

test("in its bubble, between the others, while a reply is written in the composer", async () => {
  for (const text of ["before", "old", "after"]) await server.post("between", text, server.token("ann", "Ann"));
  const ann = await Person.enter(browser, server, "Ann", { room: "between" });
  await ann.field.fill("a draft");
  await begin(ann, "old");
  await hasFocus(ann.editField);
  expect(await row(ann.page, 2).locator(".bubble textarea").inputValue()).toBe("old");
  expect(await row(ann.page, 2).locator(".bubble-text").count()).toBe(0);
  await ann.editField.fill("new");
  // What one writes otherwise is not kept from being written.
  await (await ann.openMenu("after")).getByRole("menuitem", { name: "Reply" }).press("Enter");
  await ann.page.locator(".answer-bar").waitFor();
  await ann.field.press("Enter");
  await ann.bubble("a draft").waitFor();
  expect(await ann.editField.inputValue()).toBe("new");
  await ann.editField.press("Enter");
  await bar(ann.page).waitFor({ state: "detached" });
  await ann.sees(["before", "new", "after", "a draft"]);
  await hasFocus(ann.field);
  expect((await server.log("between")).map((m) => m.text)).toEqual(["before", "new", "after", "a draft"]);
  await ann.leave();
});

test("a second edit of the same message goes on with what was typed; of another it begins", async () => {
  for (const text of ["one", "two"]) await server.post("second", text, server.token("ann", "Ann"));
  const ann = await Person.enter(browser, server, "Ann", { room: "second" });
  await begin(ann, "two");
  await ann.editField.fill("two, mended");
  await ann.field.focus();
  await ann.field.press("ArrowUp");
  await hasFocus(ann.editField);
  expect(await ann.editField.inputValue()).toBe("two, mended");
  await begin(ann, "one");
  await expect.poll(() => ann.editField.inputValue(), { timeout: SOON_MS }).toBe("one");
  expect(await ann.editField.count()).toBe(1);
  await ann.bubble("two").waitFor();
  await ann.leave();
});

test("far from it, it is kept, and one press above the composer leads back, also after a reload", async () => {
  const token = server.token("ann", "Ann");
  await server.postAll("far", Array.from({ length: 400 }, (_, i) => `line ${i}`), token);
  const text = (await server.log("far")).find(({ seq }) => seq === 30)?.text ?? "";
  const ann = await Person.enter(browser, server, "Ann", { room: "far/30" });
  const { page } = ann;
  await row(page, 30).waitFor();
  await begin(ann, text);
  await ann.editField.fill(`${text}, mended`);
  await page.getByRole("button", { name: "Jump to present" }).click();
  await row(page, 400).waitFor();
  await ann.editField.waitFor({ state: "detached" });
  await bar(page).getByRole("button", { name: "Show", exact: true }).click();
  await hasFocus(ann.editField);
  await inSight(ann.editField);
  expect(await ann.editField.inputValue()).toBe(`${text}, mended`);

  await page.goto(`${server.url}/rooms/far`);
  await row(page, 400).waitFor();
  expect(await ann.editField.count()).toBe(0);
  await bar(page).getByRole("button", { name: "Show", exact: true }).click();
  await hasFocus(ann.editField);
  await inSight(ann.editField);
  await ann.editField.press("Enter");
  await ann.bubble(`${text}, mended`).waitFor();
  await bar(page).waitFor({ state: "detached" });
  await ann.leave();
});

test("Up edits one’s last message also where that is not in sight", async () => {
  const token = server.token("ann", "Ann");
  await server.postAll("scrolled", Array.from({ length: 60 }, (_, i) => `line ${i}`), token);
  const ann = await Person.enter(browser, server, "Ann", { room: "scrolled" });
  await row(ann.page, 60).waitFor();
  await ann.page.locator("#messages").evaluate((element) => (element.scrollTop = 0));
  await row(ann.page, 1).waitFor();
  await ann.field.press("ArrowUp");
  await hasFocus(ann.editField);
  await inSight(ann.editField);
  expect(await ann.editField.inputValue()).toBe((await server.log("scrolled")).at(-1)?.text);
  await ann.leave();
});

test("in a thread it is edited there, and found in its earlier replies", async () => {
  const token = server.token("ann", "Ann");
  await server.post("in-thread", "asked", token);
  for (let i = 0; i < 60; i++) await server.ask("ann", "POST", "rooms/in-thread/messages", { text: `answer ${i}`, parent: 1 }, "Ann");
  const ann = await Person.enter(browser, server, "Ann", { room: "in-thread?thread=1", width: 1440 });
  const thread = ann.page.locator(".thread");
  const edit = thread.getByRole("textbox", { name: "New text of the message" });
  await thread.getByRole("button", { name: "Show earlier replies" }).click();
  const early = thread.locator('.message[data-seq="3"]');
  await early.getByRole("button", { name: "Message actions" }).press("Enter");
  await ann.page.getByRole("menuitem", { name: "Edit" }).press("Enter");
  await hasFocus(edit);
  await edit.fill("answer 1, mended");
  expect(await ann.page.locator("#messages .edit-form").count()).toBe(0);

  await ann.page.reload();
  await thread.getByText("answer 59").waitFor();
  expect(await edit.count()).toBe(0);
  await thread.getByRole("button", { name: "Show", exact: true }).click();
  await hasFocus(edit);
  expect(await edit.inputValue()).toBe("answer 1, mended");
  await edit.press("Enter");
  await early.getByText("answer 1, mended").waitFor();
  await hasFocus(thread.getByRole("textbox", { name: "Reply in the thread" }));
  await ann.leave();
});

test("what somebody deletes meanwhile says so, and the text stays to be copied", async () => {
  const { seq } = await server.post("deleted", "old", server.token("ann", "Ann"));
  const ann = await Person.enter(browser, server, "Ann", { room: "deleted" });
  await begin(ann, "old");
  await ann.editField.fill("much that was typed");
  await server.ask("ann", "DELETE", `rooms/deleted/messages/${seq}`, undefined, "Ann");
  await row(ann.page, seq).getByText("This message was deleted.").waitFor();
  await ann.editField.press("Enter");
  await row(ann.page, seq).getByRole("alert").filter({ hasText: "Not saved." }).waitFor();
  expect(await ann.editField.inputValue()).toBe("much that was typed");
  await ann.editField.press("Escape");
  await bar(ann.page).waitFor({ state: "detached" });
  await ann.leave();
});

test.each<Theme>(["light", "dark"])("%s: on a phone the focus goes back to the message, a finger on the field opens no menu, and axe finds nothing, also when it is too long", async (theme) => {
  const room = `phone-${theme}`;
  await server.post(room, "a wrod", server.token("ann", "Ann"));
  const ann = await Person.enter(browser, server, "Ann", { room, width: 320, height: 640, theme, before: (page) => page.addInitScript(AXE) });
  const { page } = ann;
  await begin(ann, "a wrod");
  await hasFocus(ann.editField);
  await ann.editField.fill("x".repeat(8_001));
  await row(page, 1).getByText("1 character too long").waitFor();
  expect(await faultsOf(page)).toEqual([]);
  expect(await sticksOut(page, [320])).toEqual([]);
  expect(await row(page, 1).getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  await ann.editField.fill("a word");
  await ann.editField.dispatchEvent("touchstart", { touches: [await touchOn(ann.editField)], changedTouches: [], targetTouches: [] });
  expect(await page.locator("#messages").evaluate((element) => element.classList.contains("finger-rests"))).toBe(false);
  await row(page, 1).getByRole("button", { name: "Save" }).click();
  await ann.bubble("a word").waitFor();
  await hasFocus(row(page, 1).getByRole("button", { name: "Message actions" }));
  await ann.leave();
});

const touchOn = (field: Locator) => field.evaluateHandle((target) => new Touch({ identifier: 1, target, clientX: 100, clientY: 100 }));

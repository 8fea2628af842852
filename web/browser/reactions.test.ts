// A reaction is seen when it is pressed, whatever becomes of it then.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";
import { type Answer, answerFor } from "./wire";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const REFUSAL = { error: { code: "FORBIDDEN", message: "the room is read-only", retryable: false } };

/** Holds back what is answered to reactions until it is released. */
function heldBack() {
  let release: (answer: Answer) => void = () => undefined;
  const held = new Promise<Answer>((resolve) => (release = resolve));
  let asked = 0;
  return {
    asked: () => asked,
    release: (answer: Answer) => release(answer),
    before: (page: Page) =>
      answerFor(page, "set_reaction", () => {
        asked++;
        return held;
      }),
  };
}

/** The chips of a person's page: a star for one's own, dots for one that waits. */
const chips = (person: Person) =>
  person.page.locator(".reaction").evaluateAll((all) => all.map((chip) => `${chip.textContent}${chip.getAttribute("aria-pressed") === "true" ? "*" : ""}${chip.hasAttribute("data-waiting") ? "…" : ""}`));
const sees = (person: Person, expected: string[]) => expect.poll(() => chips(person), { timeout: SOON_MS }).toEqual(expected);

test("while its answer is held back the chip stands and is marked, is taken back by another press, and is the others' once it is answered", async () => {
  await server.post("held", "lunch?");
  const held = heldBack();
  const [ann, bo] = await Promise.all([Person.enter(browser, server, "Ann", { room: "held", before: held.before }), Person.enter(browser, server, "Bo", { room: "held" })]);
  await (await ann.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Thumbs up" }).click();
  await sees(ann, ["👍 1*…"]);
  expect(await ann.page.locator(".reaction").getAttribute("title")).toBe("Sending");
  await expect.poll(held.asked, { timeout: SOON_MS }).toBeGreaterThan(0);
  await (await ann.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Party" }).click();
  await sees(ann, ["👍 1*…", "🎉 1*…"]);
  const mine = (await ann.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Party" });
  expect(await mine.getAttribute("aria-checked")).toBe("true");
  await mine.click();
  await sees(ann, ["👍 1*…"]);
  expect(await chips(bo)).toEqual([]);
  held.release(undefined);
  await sees(ann, ["👍 1*"]);
  await sees(bo, ["👍 1"]);
  await bo.page.locator(".reaction").click();
  await sees(bo, ["👍 2*"]);
  await sees(ann, ["👍 2*"]);
  await ann.leave();
  await bo.leave();
});

test("what is refused goes, and that is told", async () => {
  await server.post("refused", "stays");
  const held = heldBack();
  const ann = await Person.enter(browser, server, "Ann", { room: "refused", before: held.before });
  await (await ann.openMenu("stays")).getByRole("menuitemcheckbox", { name: "Thumbs up" }).click();
  await sees(ann, ["👍 1*…"]);
  held.release(REFUSAL);
  await ann.page.getByRole("status").filter({ hasText: /^The room is read-only$/ }).waitFor();
  await sees(ann, []);
  await ann.leave();
});

test("without a connection it stands, and is the others' when it is back", async () => {
  await server.post("offline", "lunch?");
  const [ann, bo] = await Promise.all([Person.enter(browser, server, "Ann", { room: "offline" }), Person.enter(browser, server, "Bo", { room: "offline" })]);
  await ann.connected();
  await ann.context.setOffline(true);
  await ann.connected(false);
  await (await ann.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Thumbs up" }).click();
  await sees(ann, ["👍 1*…"]);
  expect(await chips(bo)).toEqual([]);
  await ann.context.setOffline(false);
  await ann.connected();
  await sees(ann, ["👍 1*"]);
  await sees(bo, ["👍 1"]);
  await ann.leave();
  await bo.leave();
});

test("in a thread it stands below what was asked as well", async () => {
  const { seq } = await server.post("thread", "lunch?");
  const held = heldBack();
  const ann = await Person.enter(browser, server, "Ann", { room: "thread", width: 1300, before: held.before });
  await (await ann.openMenu("lunch?")).getByRole("menuitemcheckbox", { name: "Thumbs up" }).click();
  await sees(ann, ["👍 1*…"]);
  await (await ann.openMenu("lunch?")).getByRole("menuitem", { name: "Open thread" }).click();
  await ann.page.locator(`#thread-messages [data-seq="${seq}"] .reaction[data-waiting]`).waitFor();
  await sees(ann, ["👍 1*…", "👍 1*…"]);
  held.release(undefined);
  await sees(ann, ["👍 1*", "👍 1*"]);
  await ann.leave();
});

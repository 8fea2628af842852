// The page in other languages: chosen by the browser or by whoever reads it, and from right to left.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AXE, faultsOf, sticksOut } from "./axe";
import { startBrowser } from "./browser";
import { session as arabicSession } from "../src/i18n/ar/session";
import { errors as germanErrors } from "../src/i18n/de/errors";
import { session as germanSession } from "../src/i18n/de/session";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await server.post("majlis", "good morning, اهلا");
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const WIDTHS = [1440, 320];

/** Looks at the screen at a desk's width and at a phone's: nothing sticks out, and axe finds no fault. */
async function looksRight(page: Page): Promise<void> {
  for (const width of WIDTHS) {
    expect(await sticksOut(page, [width])).toEqual([]);
    expect(await faultsOf(page)).toEqual([]);
  }
  await page.setViewportSize({ width: WIDTHS[0] ?? 1440, height: 760 });
}

/** What the page is written in. */
const written = (page: Page) => page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);

test("in Arabic the page runs from right to left, from signing in to the settings of a room", async () => {
  const ann = await Person.arrive(browser, { locale: "ar", width: 1440 });
  const { page } = ann;
  await page.addInitScript(AXE);
  await page.goto(`${server.url}/rooms/majlis`);
  await page.getByLabel("اسمك").fill("ليلى");
  expect(await written(page)).toEqual(["ar", "rtl"]);
  await looksRight(page);
  await page.getByRole("button", { name: "الانضمام كضيف" }).click();
  await ann.loaded();
  await page.getByRole("heading", { name: "اليوم" }).waitFor();
  // The list stands on the right, and what one says oneself on the left; a message goes by its own words.
  const middle = (selector: string) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().left + element.getBoundingClientRect().width / 2);
  expect(await middle(".sidebar")).toBeGreaterThan(await middle(".room-body"));
  await ann.say("hello from the left");
  await page.locator(".own .bubble").waitFor();
  expect(await middle(".own .bubble")).toBeLessThan(await middle(".group:not(.own) .bubble"));
  expect(await page.locator(".own .bubble-text").evaluate((element) => getComputedStyle(element).direction)).toBe("ltr");
  await looksRight(page);
  await page.getByRole("button", { name: "تفاصيل الغرفة" }).click();
  await page.getByRole("heading", { name: "majlis" }).last().waitFor();
  await page.getByText("عامة: يمكن للجميع الانضمام").waitFor();
  await looksRight(page);
  await page.getByRole("dialog").getByRole("button", { name: "إغلاق", exact: true }).click();
  await page.locator(".me").click();
  await page.getByLabel("اللغة").waitFor();
  await ann.leave();
});

test("in Arabic how many replied is said in the form that their number asks for", async () => {
  const counts = [1, 2, 3, 11] as const;
  for (const count of counts) await server.post("rudud", `${count}?`);
  for (const [i, count] of counts.entries()) {
    for (let n = 0; n < count; n++) await server.ask("bot", "POST", "rooms/rudud/messages", { text: `answer ${n}`, parent: i + 1 });
  }
  const ann = await Person.enter(browser, server, "Ann", { room: "rudud", locale: "ar", width: 1440 });
  const { page } = ann;
  const said = (i: number) => page.locator(`#messages [data-seq="${i + 1}"] .replies`);
  // One and two have words of their own; a few take a plural, many a singular of another case.
  const forms = [/^رد واحد$/, /^ردّان$/, /^[3٣] ردود$/, /^(11|١١) ردًا$/];
  for (const [i, form] of forms.entries()) await expect.poll(async () => (await said(i).textContent())?.trim(), { timeout: SOON_MS }).toMatch(form);
  await said(3).click();
  await page.locator(".thread").getByText(/^(11|١١) ردًا$/).waitFor();
  await ann.leave();
});

/** Where the lines of a text begin and end, in CSS pixels from the left of the window. */
const linesOf = (page: Page, selector: string) =>
  page.locator(selector).first().evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const lines = new Map<number, { left: number; right: number }>();
    for (const { top, left, right, width } of range.getClientRects()) {
      if (width === 0) continue;
      const line = lines.get(Math.round(top)) ?? { left, right };
      lines.set(Math.round(top), { left: Math.min(line.left, left), right: Math.max(line.right, right) });
    }
    return [...lines.values()];
  });

const isOne = (edges: readonly number[]) => Math.max(...edges) - Math.min(...edges) <= 1;

test.each([
  { locale: "ar", text: "a text from left to right that is so long that it takes several lines, at a desk as well as on a phone, whoever has written it", list: "- one\n- two", starts: "left" },
  { locale: "en-GB", text: "نص من اليمين إلى اليسار طويل بما يكفي ليشغل عدة أسطر، على مكتب كما على هاتف، أيًّا كان من كتبه، وفيه كلمات كثيرة لا تقول شيئًا", list: "- أولًا https://example.com\n- ثانيًا", starts: "right" },
] as const)("a paragraph begins where its own direction says, and a room’s last line below the room’s name: $locale", async ({ locale, text, list, starts }) => {
  const room = `bidi-${locale.toLowerCase()}`;
  for (const said of [text, list, "ok"]) await server.post(room, said);
  const ann = await Person.enter(browser, server, "Ann", { room, locale, width: 1000 });
  const { page } = ann;
  await page.locator(".bubble-text").first().waitFor();
  const lines = await linesOf(page, ".bubble-text");
  expect(lines.length).toBeGreaterThan(1);
  expect(isOne(lines.map((line) => line[starts]))).toBe(true);
  expect(isOne(lines.map((line) => line[starts === "left" ? "right" : "left"]))).toBe(false);
  // The time stands at the other end of the bubble, and the bubble at the page's beginning.
  const box = (selector: string) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect);
  const [bubble, time] = [await box(".bubble"), await box(".bubble-meta")];
  expect(time.left - bubble.left > bubble.right - time.right).toBe(starts === "left");
  // A list's marks stand where its text begins, the time is written as the page is.
  const directionOf = (selector: string) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).direction);
  expect(await directionOf(".bubble-blocks li")).toBe(starts === "left" ? "ltr" : "rtl");
  expect(await directionOf(".bubble time")).toBe(locale === "ar" ? "rtl" : "ltr");
  const [frame, isRtl] = [await box("#messages"), locale === "ar"];
  expect(frame.right - bubble.right < bubble.left - frame.left).toBe(isRtl);
  const row = `[data-room="${room}"]`;
  const [[name], [preview]] = [await linesOf(page, `${row} .room-row-name`), await linesOf(page, `${row} .room-row-preview`)];
  const side = isRtl ? "right" : "left";
  expect(Math.abs((name?.[side] ?? 0) - (preview?.[side] ?? Number.NaN))).toBeLessThanOrEqual(1);
  await ann.leave();
});

test("another language is there at once, stays after a reload, and no other one flashes before it", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "majlis" });
  const { page } = ann;
  await ann.field.fill("half a sentence");
  await page.locator(".me").click();
  await page.getByLabel("Language").selectOption("Deutsch");
  await page.locator(".me-state", { hasText: "Verbunden" }).waitFor();
  await page.getByRole("button", { name: "Details zum Raum" }).waitFor();
  await page.getByRole("heading", { name: "Heute" }).waitFor();
  expect(await written(page)).toEqual(["de", "ltr"]);
  expect(await ann.field.inputValue()).toBe("half a sentence");
  // Dates too: in German a full one begins with the day of the week.
  await expect.poll(() => page.locator(".bubble time").first().getAttribute("title"), { timeout: SOON_MS }).toMatch(/^(Mon|Diens|Donners|Frei|Sams|Sonn)tag|^Mittwoch/);

  await page.addInitScript(() => {
    const seen = ((window as unknown as { seen: string[] }).seen = []) as string[];
    new MutationObserver(() => {
      const label = document.querySelector(".room-list")?.getAttribute("aria-label");
      if (label) seen.push(`${document.documentElement.lang} ${label}`);
    }).observe(document, { childList: true, subtree: true, attributes: true });
  });
  await page.reload();
  await ann.loaded();
  await page.locator(".me-state", { hasText: "Verbunden" }).waitFor({ state: "attached" });
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect([...new Set(seen)]).toEqual(["de Räume"]);
  await page.locator(".me").click();
  await page.getByLabel("Sprache").selectOption("Wie im Browser");
  await page.locator(".me-state", { hasText: "Connected" }).waitFor();
  expect(await page.evaluate(() => localStorage.getItem("roomstream.language"))).toBeNull();
  await ann.leave();
});

test("a language that does not come leaves the page as it was, and says so", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "majlis" });
  const { page } = ann;
  await page.route("**/assets/language-ja-*", (route) => route.abort());
  await page.locator(".me").click();
  await page.getByLabel("Language").selectOption("日本語");
  await page.getByRole("alert").getByText("The language could not be loaded. Try again.").waitFor();
  expect(await page.getByLabel("Language").inputValue()).toBe("browser");
  expect(await written(page)).toEqual(["en", "ltr"]);
  await ann.leave();
});

test("of two languages that are chosen quickly the last holds, whichever comes first, and the choice shown is the one spoken", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "majlis" });
  const { page } = ann;
  let deliver = () => {};
  const wanted = new Promise<void>((resolve) => (deliver = resolve));
  await page.route("**/assets/language-de-*", async (route) => {
    await wanted;
    await route.continue();
  });
  await page.locator(".me").click();
  const choice = page.locator(".language-picker select");
  await choice.selectOption("Deutsch");
  await choice.selectOption("Français");
  await page.getByLabel("Langue").waitFor();
  const [came] = await Promise.all([page.waitForResponse("**/assets/language-de-*"), deliver()]);
  await came.finished();
  await choice.selectOption("日本語");
  await page.getByLabel("言語").waitFor(); // what came before it is dealt with
  // A choice that is overtaken, and the one that overtakes it fails: neither is spoken.
  await page.route("**/assets/language-{es,ar}-*", (route) => route.abort());
  await choice.evaluate((select: HTMLSelectElement) => {
    for (const tag of ["es", "ar"]) {
      select.value = tag;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  await page.locator(".language-picker .field-error:not(:empty)").waitFor();
  expect([await choice.inputValue(), ...(await written(page))]).toEqual(["ja", "ja", "ltr"]);
  await ann.leave();
});

test("what went wrong before is said in the language that is chosen afterwards", async () => {
  const bo = await Person.arrive(browser, { locale: "ar" });
  await bo.page.goto(server.url);
  await bo.page.getByRole("button", { name: arabicSession.token, exact: true }).click();
  await bo.page.getByLabel(arabicSession.token, { exact: true }).fill("no token at all");
  await bo.page.getByRole("button", { name: arabicSession.signInToken }).click();
  await bo.page.getByRole("alert").getByText(arabicSession.noToken).waitFor();
  await bo.page.locator(".language-picker select").selectOption("Deutsch");
  await bo.page.getByRole("alert").getByText(germanSession.noToken).waitFor();
  await bo.leave();

  // What the server says of a field, too.
  const taken = { name: "cyrus", password: "long enough to be one" };
  await fetch(`${server.url}/api/auth/register`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(taken) });
  const cy = await Person.arrive(browser, { locale: "de-DE" });
  await cy.page.goto(server.url);
  await cy.page.getByRole("button", { name: germanSession.account, exact: true }).click();
  await cy.page.getByRole("button", { name: germanSession.createAnAccount, exact: true }).click();
  const attempt = async (name: string, password: string) => {
    await cy.page.getByLabel(germanSession.name, { exact: true }).fill(name);
    await cy.page.getByLabel(germanSession.password, { exact: true }).fill(password);
    await cy.page.getByRole("button", { name: germanSession.createAccount, exact: true }).click();
  };
  await attempt("cyrus", "short");
  await cy.page.getByRole("alert").getByText(germanErrors.password).waitFor();
  await attempt("cyrus", taken.password);
  await cy.page.getByRole("alert").getByText(germanSession.nameTaken).waitFor();
  await cy.leave();

  await server.ask("bot", "POST", "rooms", { id: "closed", name: "Closed", type: "private" });
  const ann = await Person.enter(browser, server, "Ann");
  const { page } = ann;
  await page.goto(`${server.url}/rooms/closed`);
  await page.getByRole("heading", { name: "This room cannot be opened" }).waitFor();
  await page.locator(".me").click();
  await page.getByLabel("Language").selectOption("Deutsch");
  await page.getByRole("alert").getByText(/^Das (ist hier nicht erlaubt|gibt es nicht oder nicht mehr)\.$/).waitFor();
  await ann.leave();
});

test("without a connection the page opens in its language", async () => {
  const own = await Server.start();
  const ann = await Person.enter(browser, own, "Ann", { room: "majlis", locale: "de-AT", worker: true });
  const { page } = ann;
  await page.locator(".me-state", { hasText: "Verbunden" }).waitFor({ state: "attached" });
  // A worker that serves the page has kept all of it.
  const isServed = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistration("/"))?.active?.state === "activated" && navigator.serviceWorker.controller !== null);
  await expect.poll(isServed, { timeout: SOON_MS }).toBe(true);
  await own.stop();
  await page.reload();
  await page.locator(".me-state", { hasText: "Nicht verbunden" }).waitFor({ state: "attached" });
  expect(await written(page)).toEqual(["de", "ltr"]);
  await ann.leave();
  await own.remove();
});

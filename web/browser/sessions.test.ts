// Where an account is signed in: seen, and ended from elsewhere.

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AGENTS, answerTo, PASSWORD, register, signIn } from "./accounts";
import { AXE, faultsOf } from "./axe";
import { startBrowser } from "./browser";
import { misfits } from "./misfits";
import { Person, SOON_MS } from "./person";
import { openSessions, showSome } from "./screens-sessions";
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

const cards = (dialog: Locator) => dialog.locator("[data-session]");
const focused = ({ page }: Person) => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim());
const tokenOf = ({ page }: Person) => page.evaluate(() => localStorage.getItem("roomstream.token") ?? "");

/** Signs in as anybody does, by name and password. */
async function signInHere(person: Person, name: string): Promise<void> {
  const { page } = person;
  await page.goto(server.url);
  await page.getByRole("button", { name: "Account", exact: true }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).first().click();
  await person.connected();
}

test("a session that is ended from another browser ends there at once, and is told so", async () => {
  await register(server, "Ann Lee", AGENTS.script);
  const desk = await Person.arrive(browser);
  const phone = await Person.arrive(browser, { width: 360, height: 740, userAgent: AGENTS.phone });
  await signInHere(desk, "Ann Lee");
  await signInHere(phone, "Ann Lee");
  const dialog = await openSessions(desk);
  await expect.poll(() => cards(dialog).count(), { timeout: SOON_MS }).toBe(3);
  const here = cards(dialog).first();
  expect(await here.innerText()).toMatch(/^Chrome on \w+\s+This one\s+In use now\s+Signed in on .*\d\s+From 127\.0\.0\.1$/);
  expect(await here.getByRole("button").count()).toBe(0);
  const theirs = cards(dialog).filter({ hasText: "Safari on iPhone" });
  expect(await theirs.innerText()).toMatch(/Last used (just now|.* ago)\s+Signed in on/);
  await cards(dialog).filter({ hasText: "curl" }).waitFor();

  const end = theirs.getByRole("button", { name: "End session: Safari on iPhone" });
  const question = desk.page.getByRole("dialog", { name: "End this session?" });
  await end.click();
  await question.getByText("Safari on iPhone is signed out at once.").waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  await question.waitFor({ state: "detached" });
  expect(await cards(dialog).count()).toBe(3);

  const token = await tokenOf(phone);
  await end.click();
  await question.getByRole("button", { name: "End session", exact: true }).click();
  await phone.page.getByText("You were signed out by the server.").waitFor();
  await dialog.getByText("The session has ended.").waitFor();
  await theirs.waitFor({ state: "detached" });
  await expect.poll(() => focused(desk)).toBe("Sessions");
  expect(await cards(dialog).count()).toBe(2);
  expect(await answerTo(server, token)).toBe(401);
  await phone.page.reload();
  await phone.page.getByLabel("Your name").waitFor();
  expect(await tokenOf(phone)).toBe("");
  await desk.leave();
  await phone.leave();
});

test("by keys alone all others are ended, after one has thought better of it once", async () => {
  const { token } = await register(server, "Bo Chen");
  const [tablet, script] = [await signIn(server, "Bo Chen", AGENTS.tablet), await signIn(server, "Bo Chen", AGENTS.script)];
  const bo = await Person.enter(browser, server, "Bo Chen", { token });
  const other = await Person.enter(browser, server, "Bo Chen", { token: tablet.token, userAgent: AGENTS.tablet });
  await bo.connected();
  await other.connected();
  const { keyboard } = bo.page;
  const to = async (name: string, key = "Tab") => {
    for (let i = 0; i < 60 && (await focused(bo)) !== name; i++) await keyboard.press(key);
    expect(await focused(bo)).toBe(name);
  };
  await bo.page.locator(".me").focus();
  await keyboard.press("Enter");
  await to("Sessions", "Shift+Tab");
  await keyboard.press("Enter");
  const dialog = bo.page.getByRole("dialog", { name: "Sessions" });
  await expect.poll(() => cards(dialog).count(), { timeout: SOON_MS }).toBe(3);
  await to("End all others");
  await keyboard.press("Enter");
  const question = bo.page.getByRole("dialog", { name: "End all other sessions?" });
  await question.getByText("2 other sessions end at once; only this one stays.").waitFor();
  await keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  await expect.poll(() => focused(bo)).toBe("End all others");
  expect(await cards(dialog).count()).toBe(3);
  await keyboard.press("Enter");
  await question.waitFor();
  await to("Cancel");
  await to("End all others");
  await keyboard.press("Enter");
  await other.page.getByText("You were signed out by the server.").waitFor();
  await dialog.getByText("All others have ended.").waitFor();
  await expect.poll(() => cards(dialog).count(), { timeout: SOON_MS }).toBe(1);
  await expect.poll(() => focused(bo)).toBe("Sessions");
  expect(await dialog.getByRole("button", { name: "End all others" }).count()).toBe(0);
  expect([await answerTo(server, token), await answerTo(server, tablet.token), await answerTo(server, script.token)]).toEqual([200, 401, 401]);
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await bo.page.evaluate(() => document.activeElement?.className)).toBe("me");
  await bo.leave();
  await other.leave();
});

test("what cannot be read is told, and asked for again; what is old says so, and nothing is ended that the server was not told of", async () => {
  const own = await Server.start();
  const { token } = await register(own, "Cleo");
  await signIn(own, "Cleo", AGENTS.phone);
  const cleo = await Person.enter(browser, own, "Cleo", { token });
  let isCut = true;
  await cleo.page.route("**/api/users/me/sessions", (route) => (isCut ? route.abort() : route.continue()));
  const dialog = await openSessions(cleo);
  await dialog.getByRole("alert").getByText("The server cannot be reached.").waitFor();
  isCut = false;
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => cards(dialog).count(), { timeout: SOON_MS }).toBe(2);

  await own.kill();
  await dialog.getByText(/^No connection: this is of \d/).waitFor();
  expect(await cards(dialog).count()).toBe(2);
  await dialog.getByRole("button", { name: "End session: Safari on iPhone" }).click();
  const question = cleo.page.getByRole("dialog", { name: "End this session?" });
  await question.getByRole("button", { name: "End session", exact: true }).click();
  await question.getByRole("alert").getByText("The server cannot be reached.").waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();

  await own.start();
  await dialog.getByText(/^No connection/).waitFor({ state: "detached", timeout: 3 * SOON_MS });
  expect(await cards(dialog).count()).toBe(2);
  await cleo.leave();
  await own.remove();
});

test("a sign-in elsewhere shows up while one looks, and goes when it ends", async () => {
  const { token } = await register(server, "Eve Stone");
  const eve = await Person.enter(browser, server, "Eve Stone", { token });
  let isHeld = false;
  await eve.page.route("**/api/users/me/sessions", (route) => (isHeld ? route.abort() : route.continue()));
  const dialog = await openSessions(eve);
  await expect.poll(() => cards(dialog).count(), { timeout: SOON_MS }).toBe(1);
  await signIn(server, "Eve Stone", AGENTS.phone);
  const phone = cards(dialog).filter({ hasText: "Safari on iPhone" });
  await phone.waitFor({ timeout: 2 * SOON_MS });
  // Elsewhere it is ended first, and the page does not know: that it is gone is what was wanted.
  isHeld = true;
  await fetch(`${server.url}/api/users/me/sessions`, { method: "DELETE", headers: { Authorization: `Bearer ${token}` } });
  await phone.getByRole("button").click();
  isHeld = false;
  await eve.page.getByRole("dialog", { name: "End this session?" }).getByRole("button", { name: "End session", exact: true }).click();
  await phone.waitFor({ state: "detached" });
  eve.troubles.length = 0; // Chromium reports the 404 we asked for
  await eve.leave();
});

test("guests, and who came with a token of another issuer, have no sessions to see", async () => {
  const dan = await Person.enter(browser, server, "Dan", { token: server.token("dan", "Dan") });
  const guest = await Person.arrive(browser);
  await guest.page.goto(server.url);
  await guest.page.getByLabel("Your name").fill("Gus");
  await guest.page.getByRole("button", { name: "Join as a guest" }).click();
  for (const person of [dan, guest]) {
    await person.connected();
    await person.page.locator(".me").click();
    await person.page.getByRole("button", { name: "Sign out" }).waitFor();
    expect(await person.page.getByRole("button", { name: "Sessions", exact: true }).count()).toBe(0);
    await person.leave();
  }
});

test("signing out ends the session at the server, for other tabs too", async () => {
  const { token } = await register(server, "Finn");
  const finn = await Person.arrive(browser);
  await signInHere(finn, "Finn");
  const other = await finn.context.newPage();
  await other.goto(server.url);
  await other.locator(".me-state", { hasText: /^Connected$/ }).waitFor();
  const theirs = await tokenOf(finn);
  expect(await answerTo(server, theirs)).toBe(200);
  await finn.page.locator(".me").click();
  await finn.page.getByRole("button", { name: "Sign out" }).click();
  await finn.page.getByLabel("Your name").waitFor();
  await expect.poll(() => answerTo(server, theirs), { timeout: SOON_MS }).toBe(401);
  await other.getByLabel("Your name").waitFor();
  expect(await finn.page.getByText("You were signed out by the server.").count()).toBe(0);
  expect(await answerTo(server, token)).toBe(200); // another of his is not touched
  await finn.leave();
});

test.each(["en-GB", "de-DE", "es-ES", "fr-FR", "pt-BR", "ja-JP", "zh-CN", "ar"])("in %s nothing sticks out or breaks on a small phone, and axe finds no fault", async (locale) => {
  const { token } = await register(server, `Gail ${locale}`);
  const before = (page: Page) => Promise.all([page.addInitScript(AXE), showSome(page)]);
  const gail = await Person.enter(browser, server, "Gail", { token, locale, width: 320, height: 640, before });
  const { page } = gail;
  await page.locator(".me").click();
  await page.locator(".account-action[aria-haspopup=dialog]").last().click();
  await page.locator("[data-session=s5]").waitFor();
  expect(await misfits(page)).toEqual([]);
  expect(await faultsOf(page)).toEqual([]);
  for (const button of ["[data-session=s2] button", ".sessions-others"]) {
    await page.locator(button).click();
    await page.locator("dialog dialog .button-danger").waitFor();
    expect(await misfits(page)).toEqual([]);
    await page.locator("dialog dialog .dialog-actions .button-plain").click();
  }
  await gail.leave();
});

test("in Arabic a device is read from the right: the program, then its system", async () => {
  const { token } = await register(server, "Huda");
  const huda = await Person.enter(browser, server, "Huda", { token, locale: "ar", before: showSome });
  await huda.page.locator(".me").click();
  await huda.page.locator(".account-action[aria-haspopup=dialog]").last().click();
  const device = huda.page.locator("[data-session=s1] .session-device");
  await device.waitFor();
  const right = (word: string) =>
    device.evaluate((element, named) => {
      const text = element.firstChild as Text;
      const range = document.createRange();
      range.setStart(text, text.data.indexOf(named));
      range.setEnd(text, text.data.indexOf(named) + named.length);
      return range.getBoundingClientRect().right;
    }, word);
  expect(await right("Firefox")).toBeGreaterThan(await right("Windows"));
  await huda.leave();
});

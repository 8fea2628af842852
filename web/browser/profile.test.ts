// How others see somebody: a name, a status. And another password.

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answerTo, PASSWORD, register, type SignedIn, signIn } from "./accounts";
import { AXE, faultsOf } from "./axe";
import { startBrowser, type Theme } from "./browser";
import { makeRoom, meet, openDetails, setMember } from "./crew";
import { misfits } from "./misfits";
import { Person, SOON_MS } from "./person";
import { changePassword, IMPOSSIBLE, openProfile } from "./screens-profile";
import { Server } from "./server";
import { answerFor } from "./wire";

const NEXT = "other words of mine";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await meet(server, { bo: "Bo Chen" });
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** An account that is a member of a room of Bo's, and both of them there. */
async function club(name: string): Promise<{ account: SignedIn; her: Person; bo: Person; room: string }> {
  const account = await register(server, name);
  await server.post("lobby", "hello", account.token);
  const room = await makeRoom(server, "bo", { name: `With ${name}`, type: "private" });
  await setMember(server, "bo", room, account.id, "member");
  const her = await Person.enter(browser, server, name, { token: account.token, room });
  const bo = await Person.enter(browser, server, "Bo Chen", { token: server.token("bo", "Bo Chen"), room });
  return { account, her, bo, room };
}

const member = (panel: Locator, { id }: SignedIn) => panel.locator(`[data-member="${id}"]`);
const nameOf = (row: Locator) => row.locator(".pick-name").textContent();
const ownName = ({ page }: Person) => page.locator(".me-name").textContent();
const ownState = ({ page }: Person) => page.locator(".me-state").textContent();
const presenceOf = (row: Locator) => row.locator(".with-presence").getAttribute("data-presence");
const radio = (dialog: Locator, name: string) => dialog.getByRole("radio", { name: new RegExp(`^${name}`) });
const hasFocus = (field: Locator) => field.evaluate((element) => element === document.activeElement);

async function close(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** Whether a field says that what it holds was refused, and in these words. */
async function refuses(dialog: Locator, label: string, words: RegExp): Promise<void> {
  const field = dialog.getByLabel(label);
  const said = dialog.getByRole("alert").filter({ hasText: words });
  await said.waitFor();
  expect(await field.getAttribute("aria-invalid")).toBe("true");
  expect((await field.getAttribute("aria-describedby"))?.split(" ")).toContain(await said.getAttribute("id"));
  await expect.poll(() => hasFocus(field)).toBe(true);
}

test("a new name shows at once, to others once they look again or are spoken to; left empty, it is the account's", async () => {
  const { account, her, bo } = await club("Ann Lee");
  let panel = await openDetails(bo, "Members");
  await expect.poll(() => nameOf(member(panel, account))).toBe("Ann Lee");
  await close(panel);

  const dialog = await openProfile(her);
  const name = dialog.getByLabel("Display name");
  expect(await name.inputValue()).toBe("Ann Lee");
  expect(await name.getAttribute("autocomplete")).toBe("name");
  await dialog.getByText("You still sign in as Ann Lee; left empty, it is that name again.").waitFor();
  await name.fill("  Ann of the Hills ");
  await name.press("Enter");
  await dialog.getByText("Saved.").waitFor();
  expect(await name.inputValue()).toBe("Ann of the Hills");
  expect(await dialog.locator(".profile-seen .pick-name").textContent()).toBe("Ann of the Hills");
  expect(await ownName(her)).toBe("Ann of the Hills");
  await close(dialog);
  const own = await openDetails(her, "Members");
  await expect.poll(() => nameOf(member(own, account))).toBe("Ann of the Hills (you)");
  await close(own);

  panel = await openDetails(bo, "Members");
  await expect.poll(() => nameOf(member(panel, account))).toBe("Ann of the Hills");
  await her.page.reload();
  await her.loaded();
  await expect.poll(() => ownName(her)).toBe("Ann of the Hills");

  // Bo looks on meanwhile: what she says has him asked again.
  const again = await openProfile(her);
  await again.getByLabel("Display name").fill("Ann Hill");
  await again.getByRole("button", { name: "Save" }).click();
  await again.getByText("Saved.").waitFor();
  await close(again);
  await her.say("It is me");
  await expect.poll(() => nameOf(member(panel, account))).toBe("Ann Hill");
  await bo.page.locator(".group-name", { hasText: "Ann Hill" }).waitFor({ state: "attached" });

  const last = await openProfile(her);
  await last.getByLabel("Display name").fill("");
  await last.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => last.getByLabel("Display name").inputValue()).toBe("Ann Lee");
  expect(await ownName(her)).toBe("Ann Lee");
  await her.leave();
  await bo.leave();
});

test.each([
  ["accents alone", IMPOSSIBLE],
  ["what turns the text around", "Ann\u202e"],
  ["too many characters", "n".repeat(65)],
])("a name of %s is refused at its field, and stays there", async (kind, impossible) => {
  const account = await register(server, `Iris ${kind.length}`);
  const iris = await Person.enter(browser, server, "Iris", { token: account.token });
  const dialog = await openProfile(iris);
  const name = dialog.getByLabel("Display name");
  await name.fill(impossible);
  await dialog.getByRole("button", { name: "Save" }).click();
  await refuses(dialog, "Display name", /^This name is not possible\. It has at most 64 characters/);
  expect(await name.inputValue()).toBe(impossible);
  await name.fill("😀".repeat(64)); // characters, whatever they take
  await expect.poll(() => name.getAttribute("aria-invalid")).toBeNull();
  await name.press("Enter");
  await dialog.getByText("Saved.").waitFor();
  expect(await ownName(iris)).toBe("😀".repeat(64));
  await iris.leave();
});

test("others see who does not want to be disturbed, and not who is invisible; oneself and one's other devices see what was set", async () => {
  const { account, her, bo, room } = await club("Cara Moss");
  const panel = await openDetails(bo, "Members");
  const row = member(panel, account);
  await expect.poll(() => presenceOf(row), { timeout: SOON_MS }).toBe("online");
  const dialog = await openProfile(her);
  expect(await radio(dialog, "Online").isChecked()).toBe(true);
  await radio(dialog, "Do not disturb").check();
  await expect.poll(() => presenceOf(row), { timeout: SOON_MS }).toBe("dnd");
  await row.getByText("Member · Do not disturb").waitFor();
  await expect.poll(() => ownState(her)).toBe("Connected · Do not disturb");
  await expect.poll(() => presenceOf(dialog)).toBe("dnd");
  await radio(dialog, "Online").check();
  await expect.poll(() => presenceOf(row), { timeout: SOON_MS }).toBe("online");
  await expect.poll(() => ownState(her)).toBe("Connected");

  // By keys one passes the choice between.
  await radio(dialog, "Online").focus();
  await her.page.keyboard.press("ArrowDown");
  await her.page.keyboard.press("ArrowDown");
  expect(await radio(dialog, "Invisible").isChecked()).toBe(true);
  await expect.poll(() => presenceOf(row), { timeout: SOON_MS }).toBe("offline");
  await expect.poll(() => ownState(her)).toBe("Connected · Invisible");
  await her.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await her.page.evaluate(() => document.activeElement?.className)).toBe("me");
  const own = await openDetails(her, "Members");
  await expect.poll(() => presenceOf(member(own, account)), { timeout: SOON_MS }).toBe("invisible");
  await close(own);
  await her.say("Seen all the same");
  await bo.bubble("Seen all the same").waitFor({ state: "attached" });
  expect(await presenceOf(row)).toBe("offline");

  const phone = await Person.enter(browser, server, "Cara Moss", { token: account.token, room, width: 360, height: 740 });
  const there = await openProfile(phone);
  expect(await radio(there, "Invisible").isChecked()).toBe(true);
  await radio(there, "Online").check();
  await expect.poll(() => presenceOf(row), { timeout: SOON_MS }).toBe("online");
  await expect.poll(() => ownState(her), { timeout: SOON_MS }).toBe("Connected");
  await Promise.all([her.leave(), bo.leave(), phone.leave()]);
});

test("another password ends every session: the former is refused, the new one signs in; a wrong one is told where it was typed", async () => {
  const { token } = await register(server, "Dora Vale");
  const desk = await Person.enter(browser, server, "Dora Vale", { token });
  const phone = await Person.enter(browser, server, "Dora Vale", { token: (await signIn(server, "Dora Vale")).token });
  await phone.connected();
  const dialog = await openProfile(desk);
  const present = dialog.getByLabel("Current password");
  const next = dialog.getByLabel("New password");
  const both = async (attribute: string) => [await present.getAttribute(attribute), await next.getAttribute(attribute)];
  expect(await both("autocomplete")).toEqual(["current-password", "new-password"]);
  await dialog.getByText("Changing your password ends all your sessions, including this one; you then sign in with the new one.").waitFor();
  await changePassword(dialog, "not it at all", NEXT);
  await refuses(dialog, "Current password", /^This is not your current password\.$/);
  expect([await present.inputValue(), await next.inputValue()]).toEqual(["not it at all", NEXT]);
  await changePassword(dialog, PASSWORD, "short");
  await refuses(dialog, "New password", /^A password has 8 to 256 characters\.$/);
  expect(await present.inputValue()).toBe(PASSWORD);
  expect(await both("type")).toEqual(["password", "password"]);
  await dialog.getByLabel("Show the passwords").check();
  expect(await both("type")).toEqual(["text", "text"]);
  expect(await answerTo(server, token)).toBe(200);

  await next.fill(NEXT);
  await next.press("Enter");
  const { page } = desk;
  await page.getByText("Your password was changed. Sign in with the new one.").waitFor();
  await phone.page.getByText("You were signed out by the server.").waitFor();
  expect(await answerTo(server, token)).toBe(401);
  await page.getByLabel("Name").fill("Dora Vale");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText("The name or the password is wrong.").waitFor();
  await page.getByLabel("Password").fill(NEXT);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await desk.connected();
  await desk.leave();
  await phone.leave();
});

test("guests, and who came with a token of another issuer, have a name and a status, and no password", async () => {
  const dan = await Person.enter(browser, server, "Dan", { token: server.token("dan", "Dan") });
  const guest = await Person.arrive(browser);
  await guest.page.goto(server.url);
  await guest.page.getByLabel("Your name").fill("Gus");
  await guest.page.getByRole("button", { name: "Join as a guest" }).click();
  for (const [person, name] of [[dan, "Dan"], [guest, "Gus"]] as const) {
    const dialog = await openProfile(person);
    await dialog.getByText(`What others see. Left empty, it is ${name} again.`).waitFor();
    await radio(dialog, "Online").waitFor();
    expect(await dialog.getByText(/password/i).count()).toBe(0);
    await person.leave();
  }
});

test("a profile that cannot be read is told of, and asked for again", async () => {
  const { token } = await register(server, "Eve Stone");
  let isRefused = true;
  const refuse = () => (isRefused ? { error: { code: "INTERNAL", message: "this is a test", retryable: true } } : undefined);
  const eve = await Person.enter(browser, server, "Eve Stone", { token, before: (page) => answerFor(page, "get_users", refuse) });
  await eve.connected();
  await eve.page.locator(".me").click();
  await eve.page.getByRole("button", { name: "Profile", exact: true }).click();
  const dialog = eve.page.getByRole("dialog", { name: "Profile" });
  await dialog.getByRole("alert").getByText("Your profile could not be read").waitFor();
  expect(await dialog.getByLabel("Display name").count()).toBe(0);
  await dialog.getByLabel("New password").fill(NEXT);
  isRefused = false;
  await dialog.getByRole("button", { name: "Try again" }).click();
  await dialog.getByLabel("Display name").waitFor();
  expect(await dialog.getByLabel("New password").inputValue()).toBe(NEXT);
  await eve.leave();
});

test("without a connection nothing is changed: it says so, and what was typed stays", async () => {
  const { token } = await register(server, "Eve Moor");
  const eve = await Person.enter(browser, server, "Eve Moor", { token });
  const dialog = await openProfile(eve);
  await eve.context.setOffline(true);
  await dialog.getByText("No connection: nothing can be changed now.").waitFor();
  await radio(dialog, "Invisible").check();
  await dialog.getByRole("alert").getByText("There is no connection to the server").waitFor();
  expect(await radio(dialog, "Online").isChecked()).toBe(true);
  await changePassword(dialog, PASSWORD, NEXT);
  await dialog.getByRole("alert").getByText("The server cannot be reached.").waitFor();
  expect(await dialog.getByLabel("New password").inputValue()).toBe(NEXT);
  await eve.context.setOffline(false);
  await dialog.getByText(/^No connection/).waitFor({ state: "detached" });
  await radio(dialog, "Invisible").check();
  await expect.poll(() => ownState(eve), { timeout: SOON_MS }).toBe("Connected · Invisible");
  await eve.leave();
});

test.each((["light", "dark"] as Theme[]).flatMap((theme) => [320, 1100].map((width) => ({ theme, width }))))("axe finds no fault, $theme, $width px", async ({ theme, width }) => {
  const { token } = await register(server, `Fay ${theme} ${width}`);
  const fay = await Person.enter(browser, server, "Fay", { token, theme, width, height: 640, before: (page) => page.addInitScript(AXE) });
  const dialog = await openProfile(fay);
  expect(await faultsOf(fay.page)).toEqual([]);
  await changePassword(dialog, PASSWORD, "short");
  await refuses(dialog, "New password", /8 to 256/);
  await radio(dialog, "Do not disturb").check();
  await dialog.getByLabel("Display name").fill(IMPOSSIBLE);
  await dialog.getByRole("button", { name: "Save" }).click();
  await refuses(dialog, "Display name", /not possible/);
  expect(await faultsOf(fay.page)).toEqual([]);
  await fay.leave();
});

test.each(["en-GB", "de-DE", "es-ES", "fr-FR", "pt-BR", "ja-JP", "zh-CN", "ar"])("in %s nothing sticks out or breaks on a small phone", async (locale) => {
  const { token } = await register(server, `Gail ${locale}`);
  const gail = await Person.enter(browser, server, "Gail", { token, locale, width: 320, height: 640 });
  const { page } = gail;
  await page.locator(".me").click();
  await page.locator(".account-action[aria-haspopup=dialog]").first().click();
  const save = page.locator(".focus-place > form .button");
  await save.waitFor();
  expect(await misfits(page)).toEqual([]);
  await page.locator("input[autocomplete=name]").fill(IMPOSSIBLE);
  await save.click();
  await page.locator("input[aria-invalid]").waitFor();
  expect(await misfits(page)).toEqual([]);
  await gail.leave();
});

// In, on, and out.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PASSWORD, register } from "./accounts";
import { startBrowser } from "./browser";
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

test("a guest joins by name, stays after a reload, and is gone after signing out", async () => {
  const ann = await Person.arrive(browser);
  await ann.page.goto(`${server.url}/rooms/lobby`);
  await ann.page.getByLabel("Your name").fill("Ann the Guest");
  await ann.page.getByRole("button", { name: "Join as a guest" }).click();
  await ann.loaded();
  await ann.say("hello");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  await ann.page.reload();
  await ann.page.locator(".own", { hasText: "hello" }).waitFor();
  await ann.page.locator(".me").click();
  await ann.page.getByRole("button", { name: "Sign out" }).click();
  await ann.page.getByLabel("Your name").waitFor();
  expect(await ann.page.evaluate(() => [localStorage.getItem("roomstream.token"), sessionStorage.getItem("roomstream.token")])).toEqual([null, null]);
  await ann.leave();
});

test("an account is made, its name is taken from then on, and its password is asked for", async () => {
  const ann = await Person.arrive(browser);
  const press = (name: string) => ann.page.getByRole("button", { name, exact: true }).click();
  await ann.page.goto(server.url);
  await press("Account");
  await press("Create an account");
  await ann.page.getByLabel("Name").fill("Ann Lee");
  await ann.page.getByLabel("Password").fill("a few words of mine");
  await press("Create account");
  await ann.connected();
  await ann.page.locator(".me").click();
  await press("Sign out");
  await press("Account");
  await press("Create an account");
  await ann.page.getByLabel("Name").fill("ann lee");
  await ann.page.getByLabel("Password").fill("other words");
  await press("Create account");
  await ann.page.getByText(/name is taken/i).waitFor();
  await press("Sign in");
  await ann.page.getByRole("button", { name: "Sign in", exact: true }).first().click();
  await ann.page.getByText("The name or the password is wrong.").waitFor();
  await ann.page.getByLabel("Password").fill("a few words of mine");
  await ann.page.getByRole("button", { name: "Sign in", exact: true }).first().click();
  await ann.connected();
  ann.troubles.length = 0; // Chromium reports the 409 we asked for
  await ann.leave();
});

test("who gave too many wrong passwords is told how long to wait", async () => {
  const eve = await Person.arrive(browser);
  await eve.page.goto(server.url);
  await eve.page.getByRole("button", { name: "Account", exact: true }).click();
  await eve.page.getByLabel("Name").fill("Nobody");
  await eve.page.getByLabel("Password").fill("any password");
  const guess = () => fetch(`${server.url}/api/auth/login`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name: "Nobody", password: "any password" }),
  });
  await expect.poll(async () => (await guess()).status, { timeout: 60_000, interval: 0 }).toBe(429);
  // On a slow machine the wait may be over when the page asks: then that counts, and the next one is twice as long.
  await expect.poll(async () => {
    await eve.page.getByRole("button", { name: "Sign in", exact: true }).first().click();
    return await eve.page.getByRole("alert").first().textContent();
  }, { timeout: 60_000, interval: 500 }).toMatch(/^Too many failed attempts\. Try again in .*\d+.* (second|minute)s?\.$/);
  eve.troubles.length = 0; // Chromium reports the 429 we asked for
  await eve.leave();
});

test("a pasted token signs in, what is none is refused with the reason, and it ends with the tab", async () => {
  const ann = await Person.arrive(browser);
  await ann.page.goto(server.url);
  await ann.page.getByRole("button", { name: "Token" }).click();
  const field = ann.page.getByLabel("Token", { exact: true });
  const submit = ann.page.getByRole("button", { name: "Sign in with the token" });
  await field.fill("not a token");
  await submit.click();
  await ann.page.getByText("That is no token").waitFor();
  await field.fill(server.token("ann", "Ann", -10));
  await submit.click();
  await ann.page.getByText("That token has expired").waitFor();
  await field.fill(server.token("ann", "Ann"));
  await submit.click();
  await ann.connected();
  expect(await ann.page.evaluate(() => localStorage.getItem("roomstream.token"))).toBeNull();
  await ann.leave();
});

test("a minute before the end one is asked, and goes on with the same connection", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "renew", token: server.token("ann", "Ann", 40) });
  await ann.page.getByRole("button", { name: "Stay signed in" }).click();
  const dialog = ann.page.getByRole("dialog", { name: "Your session ends soon" });
  await dialog.getByLabel("Token", { exact: true }).fill(server.token("bo", "Bo"));
  await dialog.getByRole("button", { name: "Sign in with the token" }).click();
  await dialog.getByText("That is somebody else.").waitFor();
  await dialog.getByLabel("Token", { exact: true }).fill(server.token("ann", "Ann"));
  await dialog.getByRole("button", { name: "Sign in with the token" }).click();
  await dialog.waitFor({ state: "detached" });
  await ann.page.getByRole("button", { name: "Stay signed in" }).waitFor({ state: "detached" });
  await ann.say("still here");
  await expect.poll(() => server.log("renew"), { timeout: SOON_MS }).toHaveLength(1);
  await ann.leave();
});

test("at the end of a session the message is kept, and sent once after signing in in place", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "expiry", token: server.token("ann", "Ann", 10) });
  await ann.say("before the end");
  await ann.page.locator('[data-state="logged"][data-seq]').waitFor();
  await ann.field.fill("half a thought");
  const dialog = ann.page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.waitFor({ timeout: 2 * SOON_MS });
  await server.post("expiry", "missed meanwhile");
  // What was under way when the session ended.
  await ann.page.evaluate(() => {
    const field = document.querySelector("#composer") as HTMLTextAreaElement;
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  });
  await ann.page.locator('[data-state="sending"]').waitFor();
  await dialog.getByLabel("Token", { exact: true }).fill(server.token("ann", "Ann"));
  await dialog.getByRole("button", { name: "Sign in with the token" }).click();
  await ann.connected();
  await ann.sees(["before the end", "missed meanwhile", "half a thought"]);
  expect((await server.log("expiry")).map((m) => m.text)).toEqual(["before the end", "missed meanwhile", "half a thought"]);
  await ann.leave();
});

test("at the end of an account's session its password is asked for, and what was typed is still there, and sent once", async () => {
  const { token } = await register(server, "Dora Lind");
  const dora = await Person.enter(browser, server, "Dora Lind", { room: "account-expiry", token: server.nearItsEnd(token, 15) });
  const { page } = dora;
  await dora.connected();
  await dora.field.pressSequentially("half a thought");
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.waitFor({ timeout: 2 * SOON_MS });
  expect(await dialog.getByLabel("Token", { exact: true }).count()).toBe(0);
  expect(await dialog.getByLabel("Name").inputValue()).toBe("Dora Lind");
  const signIn = async (password: string) => {
    await dialog.getByLabel("Password").fill(password);
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  await signIn("not my password");
  await dialog.getByText("The name or the password is wrong.").waitFor();
  await signIn(PASSWORD);
  await dialog.waitFor({ state: "detached" });
  await dora.connected();
  expect(await dora.field.inputValue()).toBe("half a thought");
  await dora.field.press("Enter");
  await page.locator('[data-state="logged"][data-seq]').waitFor();
  expect((await server.log("account-expiry")).map(({ text }) => text)).toEqual(["half a thought"]);
  // Nothing of it waits to be sent once more.
  await page.reload();
  await dora.connected();
  await dora.sees(["half a thought"]);
  expect(await dora.field.inputValue()).toBe("");
  expect((await server.log("account-expiry")).map(({ text }) => text)).toEqual(["half a thought"]);
  await dora.leave();
});

test("a server that offers no guests and no accounts asks for a token only", async () => {
  const closed = await Server.start("-guests=false", "-accounts=false");
  const ann = await Person.arrive(browser);
  await ann.page.goto(closed.url);
  await ann.page.getByLabel("Token", { exact: true }).waitFor();
  expect(await ann.page.getByRole("button", { name: "Guest" }).count()).toBe(0);
  await ann.leave();
  await closed.remove();
});

test("a room that does not exist, where nobody may make one, is said to be missing and stays out of the list", async () => {
  const closed = await Server.start("-open-rooms=false");
  const ann = await Person.arrive(browser);
  await ann.page.goto(`${closed.url}/rooms/nowhere`);
  await ann.page.getByLabel("Your name").fill("Ann");
  await ann.page.getByRole("button", { name: "Join as a guest" }).click();
  await ann.page.getByText("This room cannot be opened").waitFor();
  expect(await ann.page.locator("[data-room=nowhere]").count()).toBe(0);
  await ann.leave();
  await closed.remove();
});

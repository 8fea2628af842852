// What admins do about people: signed out everywhere, kept out, and let in again.

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AGENTS, answerTo, PASSWORD, register, signIn } from "./accounts";
import { NAMES, visit } from "./admin-world";
import { startBrowser } from "./browser";
import { meet } from "./crew";
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

const line = (person: Person, id: string) => person.page.locator(`[data-row="${id}"]`);
const ask = (person: Person, title: string) => person.page.getByRole("dialog", { name: title });
const press = (place: Locator, name: string) => place.getByRole("button", { name, exact: true }).click();
const focused = ({ page }: Person) => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim());

/** Somebody with an account, at a browser. */
async function enter(name: string): Promise<{ person: Person; id: string; token: string }> {
  const { id, token } = await register(server, name);
  await server.post("lobby", "hello", token); // who has said something is in the list of people
  const person = await Person.enter(browser, server, name, { token, room: "lobby" });
  await person.connected();
  return { person, id, token };
}

test("who is disabled is out at once and does not come in again, until he is enabled", async () => {
  const { person: gus, id, token } = await enter("Gus Hall");
  const root = await visit(browser, server, "root", "/admin/people");
  await root.page.getByRole("searchbox", { name: "Name or id" }).fill("gus");
  await line(root, "bo").waitFor({ state: "detached" });
  await press(line(root, id), "Disable: Gus Hall");
  const question = ask(root, "Disable Gus Hall?");
  await question.getByText("cannot come in, by a password or by any token, until an admin enables them").waitFor();
  await press(question, "Cancel");
  await question.waitFor({ state: "detached" });
  expect(await answerTo(server, token)).toBe(200);

  await press(line(root, id), "Disable: Gus Hall");
  await press(question, "Disable");
  await root.page.getByRole("status").getByText("Gus Hall is disabled.").waitFor();
  await line(root, id).getByText("Disabled", { exact: true }).waitFor();
  expect(await line(root, id).getByRole("button", { name: /^End sessions/ }).count()).toBe(0);
  await gus.page.getByText("You were signed out by the server.").waitFor();
  expect(await answerTo(server, token)).toBe(401);
  // What one sees is what the server says.
  await root.page.getByRole("button", { name: "Refresh the people" }).click();
  await line(root, id).getByText("Disabled", { exact: true }).waitFor();

  await gus.page.getByRole("button", { name: "Account", exact: true }).click();
  await gus.page.getByLabel("Name").fill("Gus Hall");
  await gus.page.getByLabel("Password").fill(PASSWORD);
  const again = () => gus.page.getByRole("button", { name: "Sign in", exact: true }).first().click();
  await again();
  await gus.page.getByText("The name or the password is wrong.").waitFor();

  await press(line(root, id), "Enable: Gus Hall");
  const letIn = ask(root, "Enable Gus Hall?");
  await letIn.getByText("They may sign in again.").waitFor();
  await press(letIn, "Enable");
  await root.page.getByRole("status").getByText("Gus Hall may sign in again.").waitFor();
  await line(root, id).getByText("Disabled", { exact: true }).waitFor({ state: "detached" });
  await again();
  await gus.connected();
  expect(await answerTo(server, token)).toBe(401);

  await root.page.getByRole("link", { name: "Audit log" }).click();
  await root.page.getByLabel("What was done").selectOption("People disabled");
  await expect.poll(() => root.page.locator(".audit-words").allInnerTexts(), { timeout: SOON_MS }).toEqual(["You disabled Gus Hall"]);
  await root.page.getByLabel("What was done").selectOption("People enabled");
  await expect.poll(() => root.page.locator(".audit-words").allInnerTexts(), { timeout: SOON_MS }).toEqual(["You enabled Gus Hall"]);
  await root.leave();
  await gus.leave();
});

test("all of somebody's sessions are ended, and he may sign in again", async () => {
  const { person: hal, id, token } = await enter("Hal Ito");
  const phone = await signIn(server, "Hal Ito", AGENTS.phone);
  const root = await visit(browser, server, "root", "/admin/people");
  await press(line(root, id), "End sessions: Hal Ito");
  const question = ask(root, "End all sessions of Hal Ito?");
  await question.getByText("They are signed out everywhere at once, and may sign in again.").waitFor();
  await press(question, "End sessions");
  await root.page.getByRole("status").getByText("All sessions of Hal Ito have ended.").waitFor();
  await hal.page.getByText("You were signed out by the server.").waitFor();
  expect([await answerTo(server, token), await answerTo(server, phone.token)]).toEqual([401, 401]);
  expect(await line(root, id).getByText("Disabled", { exact: true }).count()).toBe(0);
  expect(await answerTo(server, (await signIn(server, "Hal Ito")).token)).toBe(200);
  await root.page.getByRole("link", { name: "Audit log" }).click();
  await root.page.locator(".audit-words", { hasText: "You ended all sessions of Hal Ito" }).waitFor();
  await root.leave();
  await hal.leave();
});

test("nobody disables himself: the server's refusal is told, and nothing has changed", async () => {
  const root = await visit(browser, server, "root", "/admin/people");
  await press(line(root, "root"), "Disable: Ada Admin");
  const question = ask(root, "Disable Ada Admin?");
  await press(question, "Disable");
  await question.getByRole("alert").getByText("You cannot disable yourself. Another admin can.").waitFor();
  await press(question, "Cancel");
  expect(await line(root, "root").getByText("Disabled", { exact: true }).count()).toBe(0);
  await root.connected();

  // His own sessions he may end, and is told that this one is among them.
  await press(line(root, "root"), "End sessions: Ada Admin");
  await ask(root, "End all sessions of Ada Admin?").getByText("You are signed out everywhere at once, here too").waitFor();
  root.troubles.length = 0; // Chromium reports the 403 we asked for
  await root.leave();
});

test("what the server does not take is told where it was asked, and by keys alone the focus is kept", async () => {
  const root = await visit(browser, server, "root", "/admin/people");
  const { keyboard } = root.page;
  const to = async (name: string) => {
    for (let i = 0; i < 80 && (await focused(root)) !== name; i++) await keyboard.press("Tab");
    expect(await focused(root)).toBe(name);
  };
  await line(root, "cleo").waitFor();
  await to("Disable: Cleo");
  await keyboard.press("Enter");
  const question = ask(root, "Disable Cleo?");
  await question.waitFor();
  await keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  await expect.poll(() => focused(root)).toBe("Disable: Cleo");

  await root.page.route("**/api/users/cleo/*", (route) => route.abort());
  await keyboard.press("Enter");
  await question.waitFor();
  await to("Cancel");
  await to("Disable");
  await keyboard.press("Enter");
  await question.getByRole("alert").getByText("The server cannot be reached.").waitFor();
  await root.page.unroute("**/api/users/cleo/*");
  await to("Disable");
  await keyboard.press("Enter");
  await question.waitFor({ state: "detached" });
  await expect.poll(() => focused(root)).toBe("Enable: Cleo");
  await line(root, "cleo").getByText("Disabled", { exact: true }).waitFor();
  await root.leave();
});

test("a program has no sessions, and nothing of the kind is offered for it", async () => {
  const bot = (await (
    await fetch(`${server.url}/api/bots`, {
      method: "POST",
      headers: { Authorization: `Bearer ${server.token("root", "Ada Admin", 3600, ["admin"])}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name: "Builder", rights: "post_and_read" }),
    })
  ).json()) as { bot: { id: string }; key: string };
  await server.post("lobby", "built", bot.key);
  const root = await visit(browser, server, "root", "/admin/people");
  await line(root, bot.bot.id).waitFor();
  expect(await line(root, bot.bot.id).getByRole("button").count()).toBe(0);
  expect(await line(root, "bo").getByRole("button").count()).toBe(2);
  await root.leave();
});

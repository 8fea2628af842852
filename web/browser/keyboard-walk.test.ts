// The whole job by keys alone: in, through a room and what one does there, to the settings, the administration, and out.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person } from "./person";
import { Server } from "./server";

/** More stops than any screen of the walk has: who does not come to what he looks for by then is in a trap. */
const MOST_STOPS = 120;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  await server.postAll("garden", ["the roses are out", "and the beans"]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

interface Stop {
  name: string;
  /** It has a mark that can be seen: an outline of its own, of what it labels, or of the box it fills. */
  isMarked: boolean;
}

/** What has the focus; undefined: the page as a whole. */
function stopOn(page: Page): Promise<Stop | undefined> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const label = element.getAttribute("aria-label") ?? (element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element.textContent);
    // A choice is marked at its label, a field at its box.
    const outlined = [element, element.nextElementSibling, element.closest(".composer-box")].some((one) => {
      if (!one) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1;
    });
    return { name: (label ?? "").replace(/\s+/gu, " ").trim(), isMarked: outlined };
  });
}

/** A person's keys; where the focus stops without being seen is noted. */
class Keys {
  readonly unmarked = new Set<string>();

  constructor(private readonly page: Page) {}

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.insertText(text);
  }

  /** Presses a key until what has the focus is called so. */
  async to(name: string | RegExp, key = "Tab"): Promise<void> {
    const passed: string[] = [];
    for (let i = 0; i < MOST_STOPS; i++) {
      const stop = await stopOn(this.page);
      if (stop && !stop.isMarked) this.unmarked.add(stop.name);
      if (stop && (typeof name === "string" ? stop.name === name : name.test(stop.name))) return;
      passed.push(stop?.name ?? "(the page)");
      await this.page.keyboard.press(key);
    }
    throw new Error(`${String(name)} is not to be reached by ${key}; passed: ${[...new Set(passed)].join(" | ")}`);
  }

  /** Waits until what has the focus is called so: it was given it. */
  async at(name: string | RegExp): Promise<void> {
    await expect.poll(async () => (await stopOn(this.page))?.name).toMatch(name);
    await this.to(name);
  }
}

/** Opens the menu of the message that Tab stops at, and chooses from it. */
async function choose(page: Page, keys: Keys, name: string): Promise<void> {
  await keys.to("Message actions", "Shift+Tab");
  await keys.press("Enter");
  await page.getByRole("menu").waitFor();
  await keys.to(name, "ArrowDown");
  await keys.press("Enter");
  await page.getByRole("menu").waitFor({ state: "detached" });
}

test("by keys alone: sign in, talk, look, set, administer, sign out", async () => {
  const ann = await Person.arrive(browser, { height: 900 });
  const { page } = ann;
  const keys = new Keys(page);
  await page.goto(server.url);
  await page.getByRole("button", { name: "Token" }).waitFor();
  await keys.to("Token");
  await keys.press("Enter");
  await page.getByLabel("Token", { exact: true }).and(page.locator("input")).waitFor();
  await keys.press("Tab");
  await keys.to(/^Token/);
  await keys.type(server.token("ann", "Ann", 3600, ["admin"]));
  await keys.press("Enter");
  await ann.connected();

  await page.locator("[data-room=garden]").waitFor();
  await keys.to(/^G?garden/);
  await keys.press("Enter");
  await ann.loaded();
  await keys.to("Message garden");
  await keys.type("good morning");
  await keys.press("Enter");
  await page.locator('.own [data-state="logged"][data-seq]').waitFor();

  await choose(page, keys, "Edit");
  await keys.at("New text of the message");
  await keys.type(", all");
  await keys.press("Enter");
  await ann.bubble("good morning, all").waitFor();
  await keys.to("Message garden");
  await choose(page, keys, "Thumbs up");
  await page.locator(".own .reaction").waitFor();

  await keys.to("Message garden");
  await choose(page, keys, "Open thread");
  await keys.at("Reply in the thread");
  await keys.type("and to the beans");
  await keys.press("Enter");
  await page.locator(".thread").getByText("and to the beans").waitFor();
  await keys.press("Escape");
  await page.locator(".thread").waitFor({ state: "detached" });

  await keys.to("Attach files");
  await ann.chooseFiles(() => keys.press("Enter"), [{ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("beds and paths\n") }]);
  await page.locator('.tray-file[data-state="stored"]').waitFor();
  await keys.to("Message garden");
  await keys.type("the plan");
  await keys.press("Enter");
  await page.locator(".own .attachment-card", { hasText: "plan.txt" }).waitFor();

  await keys.to("Search messages");
  await keys.type("roses");
  await page.locator(".search-result").waitFor();
  await keys.press("ArrowDown");
  await keys.at(/roses/);
  await keys.press("Enter");
  await page.waitForURL(/\/rooms\/garden\/1$/);
  const found = page.locator('#messages [data-seq="1"]');
  await expect.poll(() => found.evaluate((row) => row.contains(document.activeElement))).toBe(true);
  await keys.to("Search messages", "Shift+Tab");
  await keys.press("Escape");
  await page.locator(".room-list").waitFor();

  await keys.to("Room details");
  await keys.press("Enter");
  await page.getByRole("dialog", { name: "garden" }).waitFor();
  await keys.to("Notify");
  await keys.press("Enter");
  await keys.to("For 1 hour");
  await keys.press("Enter");
  await keys.at("Unmute");
  await keys.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await keys.at("Room details");

  await keys.to(/Ann ?Connected$/);
  await keys.press("Enter");
  await page.getByRole("group", { name: "Account" }).waitFor();
  await keys.to("System", "Shift+Tab");
  await keys.press("ArrowLeft");
  await keys.at("Dark");
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  await keys.to("Administration");
  await keys.press("Enter");
  await page.locator("#admin").waitFor({ state: "attached" });
  await keys.to("Audit log");
  await keys.press("Enter");
  await page.getByRole("heading", { name: "Audit log", level: 1 }).waitFor();
  await keys.to(/Ann ?Connected$/);
  await keys.press("Enter");
  await page.getByRole("group", { name: "Account" }).waitFor();
  await keys.to("Sign out", "Shift+Tab");
  await keys.press("Enter");
  await page.getByRole("button", { name: "Token" }).waitFor();
  expect([...keys.unmarked]).toEqual([]);
  await ann.leave();
});

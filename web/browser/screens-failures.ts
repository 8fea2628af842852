// The screens of what fails, or is still on its way. What fails does so for as long as it is broken.

import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { setClockOff } from "./clock";
import { openDetails } from "./crew";
import { type MoreWorld, SAID } from "./more-world";
import { Person, type PersonOptions, SOON_MS } from "./person";
import { enter, meddle } from "./screens";
import { type Answer, answerFor } from "./wire";

/** Whether something fails. A test mends it while somebody looks at what is said of it. */
export interface Broken {
  now: boolean;
}

type Maker = (browser: Browser, world: MoreWorld, options: PersonOptions, broken: Broken) => Promise<Person>;

const HOUR_MS = 3_600_000;

const FAILS = { ok: false, error: { code: "OVERLOADED", message: "the server is busy", retryable: true } };

/** Of Mira's rooms the connection's first event tells none, so that all of them come with the list. */
const noRooms = (ready: object) => ({ ...ready, rooms: [] });

const inRoom =
  (room: string, breaks: (page: Page, broken: Broken) => Promise<unknown>, then: (person: Person) => Promise<unknown>): Maker =>
  async (browser, { server }, options, broken) => {
    const person = await enter(browser, server, { ...meddle(options, (page) => breaks(page, broken)), room });
    await then(person);
    return person;
  };

/** Has a question fail, where it is of this kind. */
const failing =
  (event: string, isMeant: (payload: Record<string, unknown>) => boolean = () => true) =>
  (page: Page, broken: Broken) =>
    answerFor(page, event, (payload): Answer => (broken.now && isMeant(payload) ? FAILS : undefined));

/** Has requests of such an address find no server. */
const cut = (address: RegExp) => (page: Page, broken: Broken) => page.route(address, (route) => (broken.now ? route.abort() : route.continue()));

const tryAgain = ({ page }: Person) => page.getByRole("button", { name: "Try again" }).waitFor();

const openPart = (part: "Pinned" | "Files" | "Members") => async (person: Person) => {
  await openDetails(person, part);
  await tryAgain(person);
};

export const FAILURE_MAKERS = {
  "rooms loading": async (browser, { server }, options) => {
    const silent = (page: Page) => answerFor(page, "list_rooms", () => "none", noRooms);
    const person = await enter(browser, server, meddle(options, silent));
    await person.page.getByRole("status", { name: "Loading rooms" }).waitFor();
    return person;
  },
  "rooms failed": async (browser, { server }, options, broken) => {
    const fails = (page: Page) => answerFor(page, "list_rooms", () => (broken.now ? FAILS : undefined), noRooms);
    const person = await enter(browser, server, meddle(options, fails));
    await person.page.getByText("The rooms could not be read.").waitFor();
    return person;
  },
  "messages loading": async (browser, { server }, options) => {
    const person = await enter(browser, server, meddle(options, (page) => answerFor(page, "get_history", () => "none")));
    await person.page.goto(`${server.url}/rooms/talk`);
    await person.page.locator(".skeleton").waitFor();
    return person;
  },
  // The newest page holds more than 20 of the 70 lines.
  "older failed": inRoom("general", failing("get_history", ({ before }) => Number(before) <= 30), async ({ page }) => {
    const told = page.getByRole("alert").filter({ hasText: "Older messages could not be read." });
    const up = () => page.locator(".timeline").evaluate((element) => (element.scrollTop = 0));
    await expect.poll(async () => (await up(), told.count()), { timeout: SOON_MS }).toBe(1);
  }),
  "members failed": inRoom("club", failing("list_members"), openPart("Members")),
  "files failed": inRoom("club", cut(/\/api\/rooms\/[^/]+\/files\?/), openPart("Files")),
  "pins failed": inRoom("club", failing("list_pins"), openPart("Pinned")),
  "replies failed": inRoom("talk?thread=1", failing("get_history", ({ parent }) => parent !== undefined), ({ page }) => page.getByText("The replies could not be read.").waitFor()),
  "reacted failed": inRoom("club", cut(/\/messages\/\d+\/reactions$/), async (person) => {
    await (await person.openMenu(SAID.loved)).getByRole("menuitem", { name: "Who reacted" }).click();
    await person.page.getByText("Who reacted could not be read.").waitFor();
  }),
  "versions failed": inRoom("club", cut(/\/messages\/\d+\/versions$/), async (person) => {
    await (await person.openMenu(SAID.plan)).getByRole("menuitem", { name: "Show what it said before" }).click();
    await person.page.getByText("The versions could not be read:").waitFor();
  }),
  "search failed": async (browser, { server }, options, broken) => {
    const person = await enter(browser, server, meddle(options, (page) => failing("search")(page, broken)));
    await person.page.locator(".room-row").first().waitFor();
    await person.page.getByRole("textbox", { name: "Search messages" }).fill("kettle");
    await tryAgain(person);
    return person;
  },
  "file not opened": inRoom("club", cut(/\/files\/[^/]+\/url$/), async ({ page }) => {
    await page.locator(".attachment-card", { hasText: "by whom.txt" }).click();
    await page.locator(".attachment-problem").waitFor();
  }),
  "emoji failed": inRoom("talk", cut(/\/assets\/(EmojiPicker|book)-[^/]+\.js$/), async ({ page }) => {
    await page.getByRole("button", { name: "Emoji", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "The emoji could not be loaded." }).waitFor();
  }),
  "admin failed": async (browser, { server }, options, broken) => {
    const person = await enter(browser, server, meddle(options, (page) => cut(/\/assets\/AdminPage-[^/]+\.js$/)(page, broken)));
    await person.page.goto(`${server.url}/admin`);
    await person.page.getByRole("heading", { name: "This could not be loaded" }).waitFor();
    return person;
  },
  // By the clock of the device the session is over, and no server says so or not.
  unanswered: async (browser, { server }, options) => {
    const alone = async (page: Page) => {
      await setClockOff(page, 2 * HOUR_MS); // a token of the tests is good for one
      await page.routeWebSocket(/socket\.io/, (socket) => socket.close());
      await page.route(/\/socket\.io\//, (route) => route.abort());
    };
    const person = await Person.enter(browser, server, "Mira Okafor", meddle(options, alone));
    await person.banner.waitFor();
    await person.page.locator(".sign-in-card .spinner").waitFor();
    return person;
  },
  "parts failed": inRoom("talk", cut(/\/assets\/parts-[^/]+\.js$/), async (person) => {
    await openDetails(person);
    await person.page.getByRole("dialog", { name: "This could not be loaded" }).waitFor();
  }),
} as const satisfies Record<string, Maker>;

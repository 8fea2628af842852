// The screens that stand in none of the other lists: what is read beside the messages, what is attached, hard input, notices,
// and what fails or is still on its way; each made as a person would get there. Used by the accessibility tests and the
// screenshots. Mira is at the browser.

import type { Browser, Locator } from "playwright-core";
import { expect } from "vitest";
import { openDetails } from "./crew";
import { memberOf } from "./hard-corpus";
import { kept } from "./kept";
import { type MoreWorld, SAID } from "./more-world";
import { Person, type PersonOptions, SOON_MS } from "./person";
import { enter, meddle, openList } from "./screens";
import { type Broken, FAILURE_MAKERS } from "./screens-failures";
import { restoreAtRejoin } from "./wire";

export const MORE_SCREENS = [
  "quotes",
  "thread",
  "unread threads",
  "threads read",
  "search",
  "search filters",
  "search refused",
  "files",
  "pins",
  "tray",
  "attachments",
  "lightbox",
  "marks",
  "link card",
  "who reacted",
  "versions",
  "report",
  "drop layer",
  "long texts",
  "long texts end",
  "many reactions",
  "strange names",
  "many members",
  "offline note",
  "reset notice",
  "far unread",
  "no such room",
  "storage banner",
  "push refused",
  "keys",
  "routes",
  "rooms loading",
  "rooms failed",
  "messages loading",
  "older failed",
  "members failed",
  "files failed",
  "pins failed",
  "replies failed",
  "reacted failed",
  "versions failed",
  "search failed",
  "file not opened",
  "emoji failed",
  "admin failed",
  "unanswered",
  "parts failed",
] as const;

export type MoreScreen = (typeof MORE_SCREENS)[number];

/** broken: whether what a screen is about fails, which may end while it is looked at. */
export function openMoreScreen(browser: Browser, world: MoreWorld, screen: MoreScreen, options: PersonOptions, broken: Broken = { now: true }): Promise<Person> {
  return makers[screen](browser, world, options, broken);
}

type Maker = (browser: Browser, world: MoreWorld, options: PersonOptions, broken: Broken) => Promise<Person>;

const inRoom =
  (room: string, then: (person: Person, world: MoreWorld) => Promise<unknown>): Maker =>
  async (browser, world, options) => {
    const person = await enter(browser, world.server, { ...options, room });
    await then(person, world);
    return person;
  };

/** In the list, which on a phone is all one sees. */
const inList =
  (then: (person: Person) => Promise<unknown>): Maker =>
  async (browser, { server }, options) => {
    const person = await enter(browser, server, options);
    await person.page.locator(".room-row").first().waitFor();
    await then(person);
    return person;
  };

const searchField = (person: Person): Locator => person.page.getByRole("textbox", { name: "Search messages" });

const settled = (picture: Locator) => expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0), { timeout: SOON_MS }).toBe(true);

const textFile = (name: string, text = "just a text\n") => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

/** Files on their way: stored, cut off, under way, and one that is refused. */
async function fillTray({ page }: Person): Promise<void> {
  await page.route(/\/files\?/, async (route) => {
    const name = new URL(route.request().url()).searchParams.get("name");
    if (name === "endless.txt") return; // never answered
    if (name === "cut.txt") return route.abort("connectionreset");
    await route.continue();
  });
  await page.locator("#attach").setInputFiles([textFile("A list of everything that has to be carried, and by whom.txt"), textFile("cut.txt"), textFile("endless.txt"), textFile("empty.txt", "")]);
  await page.locator('.tray-file[data-state="stored"]').waitFor();
  await page.locator('.tray-file[data-state="failed"]').waitFor();
}

/** Holds a file over the page, and goes on so: a drag that gives no sign any more is over. */
async function holdFile({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["some text"], "notes.txt", { type: "text/plain" }));
    const hold = () => document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true }));
    setInterval(hold, 200);
    hold();
  });
  await page.locator(".drop-over").waitFor();
}

const longTexts = inRoom("long", async ({ page }) => {
  await page.locator(".message").nth(5).waitFor();
});

const answer = (world: MoreWorld) => world.answer("talk", "u2", 1, "The keys of the new place are on the table beside the window, with a name on each.");

/** The list of threads with new replies: of one. */
async function unreadThreads(person: Person): Promise<Locator> {
  await openList(person);
  await person.page.locator(".threads-button").click();
  const dialog = person.page.getByRole("dialog");
  await dialog.getByRole("link", { name: /new repl/ }).waitFor();
  return dialog;
}

const makers: Record<MoreScreen, Maker> = {
  quotes: inRoom("talk", async (person) => {
    await person.page.getByRole("link", { name: /In reply to .*noodle bar/ }).first().waitFor();
    await (await person.openMenu(SAID.keys)).getByRole("menuitem", { name: "Reply" }).press("Enter");
    await person.page.locator(".answer-bar").getByText(SAID.keys).waitFor();
  }),
  thread: inRoom("talk", async ({ page }) => {
    await page.locator('#messages [data-seq="1"] .replies').click();
    await page.locator(".thread .bubble-text").nth(2).waitFor();
  }),
  "unread threads": inRoom("elsewhere", async (person, world) => {
    await answer(world);
    await unreadThreads(person);
  }),
  "threads read": async (browser, world, options) => {
    await answer(world); // before the page is there: what came while it is marked as read would be new
    const person = await enter(browser, world.server, { ...options, room: "elsewhere" });
    const dialog = await unreadThreads(person);
    await dialog.getByRole("button", { name: "Mark as read" }).click();
    await dialog.getByText("You have read all the threads you follow.").waitFor();
    return person;
  },
  search: inList(async (person) => {
    await searchField(person).fill("kettle");
    await person.page.locator(".search-result").first().waitFor();
  }),
  "search filters": inList(async (person) => {
    await searchField(person).fill("kettle");
    await person.page.getByRole("button", { name: "Filters", exact: true }).click();
    const dialog = person.page.getByRole("dialog", { name: "Narrow the search" });
    await dialog.getByLabel("Written by").fill("Bo");
    await dialog.getByRole("button", { name: "Bo Chen" }).click();
    await dialog.getByRole("button", { name: "Anybody" }).waitFor();
    await dialog.getByLabel("First day").fill("2026-01-05");
  }),
  "search refused": inList(async (person) => {
    await searchField(person).fill("-kettle");
    await person.page.getByRole("alert").filter({ hasText: "at least one word" }).waitFor();
  }),
  files: inRoom("club", async (person) => {
    const panel = await openDetails(person, "Files");
    await settled(panel.locator(".card img").first());
  }),
  pins: inRoom("club", async (person) => {
    const panel = await openDetails(person, "Pinned");
    await panel.locator(".card").nth(1).waitFor();
  }),
  tray: inRoom("club", fillTray),
  attachments: inRoom("club", async ({ page }) => {
    for (const n of [0, 1]) await settled(page.locator(".attachment-image img").nth(n));
  }),
  lightbox: inRoom("club", async ({ page }) => {
    await page.getByRole("button", { name: "Open plan.png" }).click();
    await settled(page.getByRole("dialog").locator("img"));
  }),
  marks: inRoom("marks", ({ page }) => page.locator(".code-block").nth(1).waitFor()),
  "link card": inRoom("links", ({ page }) => page.locator(".link-card").nth(1).waitFor()),
  "who reacted": inRoom("club", async (person) => {
    await (await person.openMenu(SAID.loved)).getByRole("menuitem", { name: "Who reacted" }).click();
    await person.page.getByRole("dialog", { name: "Reactions" }).getByRole("listitem").first().waitFor();
  }),
  versions: inRoom("club", async (person) => {
    await (await person.openMenu(SAID.plan)).getByRole("menuitem", { name: "Show what it said before" }).click();
    await person.page.getByRole("dialog", { name: "What the message said" }).getByRole("listitem").first().waitFor();
  }),
  report: inRoom("talk", async (person) => {
    await (await person.openMenu(SAID.keys)).getByRole("menuitem", { name: "Report…" }).click();
    await person.page.getByRole("dialog", { name: "Report this message" }).waitFor();
  }),
  "drop layer": inRoom("talk", holdFile),
  "long texts": async (...given) => {
    const person = await longTexts(...given);
    await person.page.locator(".timeline").evaluate((element) => (element.scrollTop = 0));
    await person.page.locator(".timeline-start").waitFor();
    return person;
  },
  "long texts end": longTexts,
  "many reactions": inRoom("loved", ({ page }) => page.locator(".reaction").nth(49).waitFor()),
  "strange names": inRoom("names", ({ page }) => page.locator(".group-name").nth(4).waitFor()),
  "many members": async (browser, { server }, options) => {
    const person = await enter(browser, server, { ...options, room: "many", token: server.token(memberOf(0), "Owner") });
    const panel = await openDetails(person, "Members");
    await panel.locator("[data-member]").nth(10).waitFor({ state: "attached" });
    return person;
  },
  "offline note": async (browser, { server }, options) => {
    const person = await enter(browser, server, { ...options, room: "club", worker: true });
    await expect.poll(async () => Object.keys(await kept(person.page)), { timeout: SOON_MS }).toContain("club");
    await expect.poll(() => person.page.evaluate(() => navigator.serviceWorker.controller !== null), { timeout: SOON_MS }).toBe(true);
    await person.context.setOffline(true);
    await person.page.reload();
    await person.page.getByText("You are offline.").waitFor();
    return person;
  },
  "reset notice": async (browser, { server }, options) => {
    const person = await enter(browser, server, { ...meddle(options, (page) => restoreAtRejoin(page, "club")), room: "club" });
    await person.context.setOffline(true);
    await person.connected(false);
    await person.context.setOffline(false);
    await person.page.getByTestId("reset-notice").waitFor();
    return person;
  },
  "far unread": inRoom("flood", ({ page }) => page.getByRole("button", { name: /unread: jump to the first$/ }).waitFor()),
  "no such room": async (browser, { server }, options) => {
    const person = await enter(browser, server, options);
    await person.page.goto(`${server.url}/rooms/no%20room`);
    await person.page.getByRole("heading", { name: "There is no such room" }).waitFor();
    await person.connected();
    return person;
  },
  "storage banner": async (browser, { server }, options) => {
    const forbid = () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("storage is forbidden here", "SecurityError");
      };
    };
    const person = await enter(browser, server, { ...meddle(options, (page) => page.addInitScript(forbid)), room: "talk" });
    await person.page.getByTestId("storage-banner").waitFor();
    return person;
  },
  "push refused": async (browser, { server }, options) => {
    // Nobody gives leave here: the browser denies, as it does where a person has said no.
    const person = await enter(browser, server, { ...options, room: "talk", worker: true });
    await openList(person);
    await person.page.locator(".me").click();
    await person.page.getByRole("switch", { name: /Notify me on this device/ }).click();
    await person.page.getByText("Your browser does not let this site notify you.", { exact: false }).waitFor();
    return person;
  },
  keys: inRoom("talk", async (person) => {
    await openList(person);
    await person.page.locator(".me").click();
    await person.page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await person.page.getByRole("dialog", { name: "Keyboard shortcuts" }).locator(".keys").waitFor();
  }),
  routes: async (browser, { server }, options) => {
    const person = await Person.arrive(browser, options);
    await options.before?.(person.page);
    await person.page.goto(`${server.url}/docs/api`);
    await person.page.locator(".opblock").first().waitFor();
    await person.page.locator(".opblock-post .opblock-summary-control").first().click();
    await person.page.getByText("Request body").first().waitFor();
    return person;
  },
  ...FAILURE_MAKERS,
};

// What is read of the server and may be held back, or fail, on its way: where one sees it, and what is said of it.

import type { Browser, Locator, Page } from "playwright-core";
import { register, signIn } from "./accounts";
import { NAMES, report, said, visit } from "./admin-world";
import { makeRoom, openDetails, setMember } from "./crew";
import { FeedsWorld } from "./feeds-world";
import { Person, type PersonOptions } from "./person";
import { type AdminRooms, seedAdmin } from "./screens-admin";
import { NAME, openMenu } from "./screens-sessions";
import { answerFor } from "./wire";

/** What a server without its store answers. */
const DOWN = { code: "UNAVAILABLE", message: "the database does not answer", retryable: true };
const BUSY = { code: "OVERLOADED", message: "the server is busy", retryable: true };

/** What becomes of requests: they wait, are refused by a busy server or by one without its store, find no server, or are answered. */
export type How = "held" | "busy" | "down" | "cut" | "good";

/** Where requests of one kind are let through, or not. */
export class Gate {
  private waiting: (() => void)[] = [];

  constructor(private how: How = "held") {}

  /** What waits, and what comes after it, goes this way. */
  set(how: How): void {
    this.how = how;
    for (const go of this.waiting.splice(0)) go();
  }

  private async decided(): Promise<How> {
    while (this.how === "held") await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.how;
  }

  /** Stands before the requests of an address. */
  async ofAddress(page: Page, address: RegExp): Promise<void> {
    await page.route(address, async (route) => {
      const how = await this.decided();
      if (how === "busy" || how === "down") return route.fulfill({ status: 503, json: { error: how === "busy" ? BUSY : DOWN } });
      return how === "cut" ? route.abort() : route.continue();
    });
  }

  /** Stands before the questions of an event. */
  async ofEvent(page: Page, event: string): Promise<void> {
    await answerFor(page, event, async () => ((await this.decided()) === "good" ? undefined : { ok: false, error: BUSY }));
  }
}

/** A server with people, rooms, reports, programs and streams. */
export class ReadingWorld {
  private constructor(
    readonly feeds: FeedsWorld,
    readonly rooms: AdminRooms,
    /** More people, and more reports, than a page has. */
    readonly crowded: string,
  ) {}

  static async start(): Promise<ReadingWorld> {
    const feeds = await FeedsWorld.start("-webhook-allow-private", "-accounts=true", "-guests=true");
    const { server } = feeds;
    const rooms = await seedAdmin(server);
    await feeds.declare("orders/all", { stages: [] });
    await register(server, NAME);
    const crowded = await makeRoom(server, "ann", { name: "More than a page", type: "public" });
    for (let i = 0; i < PAGE + 5; i++) {
      const who = `member-${String(i).padStart(3, "0")}`;
      await said(server, "lobby", who, "I am here");
      await setMember(server, "ann", crowded, who, "member");
      await makeRoom(server, "ann", { name: `Room ${i}` });
      if (i < 24) await report(server, crowded, "ann", await said(server, crowded, who, "This is rude"), "It is");
    }
    // Of the owner's lists two rows each; the webhook of all rooms comes into more than one.
    await server.ask("ann", "POST", `rooms/${rooms.planning}/hooks`, { name: "Deploys" });
    await server.ask("root", "POST", "webhooks", { url: "http://127.0.0.1:9/everything" }, "root", ["admin"]);
    for (const room of ["lobby", crowded]) await said(server, room, "ann", "for the webhook");
    return new ReadingWorld(feeds, rooms, crowded);
  }

  async remove(): Promise<void> {
    await this.feeds.remove();
  }

  get server() {
    return this.feeds.server;
  }
}

/** Rows of a page of a list. */
const PAGE = 50;

/** Makes the first page of a list one row, where fifty would take long to make. */
export async function shorten(page: Page, first: RegExp): Promise<void> {
  await page.route(first, (route, request) => {
    const url = new URL(request.url());
    url.searchParams.set("limit", "1");
    return route.continue({ url: url.href });
  });
}

/** One thing that is read. */
export interface Reading {
  /** What its status is called while it is awaited. */
  readonly loading: string;
  /** What is said where it failed, before why. */
  readonly failed: string;
  /** How it fails. */
  readonly how: "busy" | "down" | "cut";
  /** Goes where it is seen, with the gate before what it is read by. */
  readonly open: (browser: Browser, world: ReadingWorld, gate: Gate, options: PersonOptions) => Promise<Person>;
  /** What is there once it was read. */
  readonly found: (page: Page) => Locator;
  /** It is read again all the time: what was said of the failure stays until it is there. */
  readonly stays?: true;
}

type Path = (world: ReadingWorld) => string;

/** Does this to the page before it is opened, besides what the options do. */
const before = (options: PersonOptions, then: (page: Page) => Promise<unknown>): PersonOptions => ({
  ...options,
  before: async (page) => {
    await options.before?.(page);
    await then(page);
  },
});

/** A screen of moderators and admins. */
const at =
  (who: string, path: Path, address: RegExp, then: (person: Person, world: ReadingWorld) => Promise<unknown> = async () => {}): Reading["open"] =>
  async (browser, world, gate, options) => {
    const person = await visit(browser, world.server, who, path(world), before(options, (page) => gate.ofAddress(page, address)));
    await then(person, world);
    return person;
  };

/** A dialog of an account's menu. */
const ofAccount =
  (dialog: "Profile" | "Sessions", stand: (gate: Gate, page: Page) => Promise<void>): Reading["open"] =>
  async (browser, { server }, gate, options) => {
    const { token } = await signIn(server, NAME);
    const person = await Person.enter(browser, server, NAME, before({ ...options, token, room: "lobby" }, (page) => stand(gate, page)));
    await (await openMenu(person, dialog)).click();
    await person.page.getByRole("dialog", { name: dialog }).waitFor();
    return person;
  };

const owned = (part: string): Path => ({ rooms }) => `/admin/${part}?room=${rooms.planning}`;
const row = (page: Page) => page.locator("[data-row]").first();

/** Looks for the room that has many members, and opens who they are. */
export async function openMembers(page: Page): Promise<void> {
  await page.getByLabel("Name or id").fill("More than a page");
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
  await page.getByRole("button", { name: "Members" }).click();
}

const UNREAD = "This could not be read";

/** Arrives where one signs in. */
export async function openSignIn(browser: Browser, { server }: ReadingWorld, gate: Gate, options: PersonOptions): Promise<Person> {
  const person = await Person.arrive(browser, options);
  await options.before?.(person.page);
  await gate.ofAddress(person.page, /\/api\/auth\/methods/);
  await person.page.goto(server.url);
  return person;
}

export const READINGS: Readonly<Record<string, Reading>> = {
  people: { loading: "Reading the people", failed: UNREAD, how: "busy", open: at("root", () => "/admin/people", /\/api\/users\?/), found: row },
  rooms: { loading: "Reading the rooms", failed: UNREAD, how: "cut", open: at("root", () => "/admin/rooms", /\/api\/rooms\?.*all=true/), found: row },
  members: {
    loading: "Reading the members",
    failed: UNREAD,
    how: "busy",
    open: at("root", () => "/admin/rooms", /\/api\/rooms\/[^/]+\/members\?/, ({ page }) => openMembers(page)),
    found: (page) => page.locator("[data-member]").first(),
  },
  audit: { loading: "Reading the audit log", failed: UNREAD, how: "busy", open: at("root", () => "/admin/audit", /\/api\/audit\?/), found: (page) => page.locator(".audit-row").first() },
  bots: { loading: "Reading the bots", failed: UNREAD, how: "cut", open: at("ann", owned("bots"), /\/api\/.*\/bots/), found: row },
  hooks: { loading: "Reading the addresses", failed: UNREAD, how: "busy", open: at("ann", owned("hooks"), /\/api\/.*\/hooks/), found: row },
  webhooks: { loading: "Reading the webhooks", failed: UNREAD, how: "busy", open: at("ann", owned("webhooks"), /\/api\/.*\/webhooks/), found: row },
  cursors: {
    loading: "Reading the cursors",
    failed: UNREAD,
    how: "cut",
    open: at("ann", owned("webhooks"), /\/cursors/, ({ page }) => page.getByRole("button", { name: /^Progress of/ }).first().click()),
    found: (page) => page.locator("[data-cursor]").first(),
  },
  streams: { loading: "Reading the streams", failed: UNREAD, how: "busy", open: at("root", () => "/admin/streams", /\/api\/streams/), found: row },
  reports: { loading: "Reading the reports", failed: UNREAD, how: "busy", open: at("root", () => "/admin/reports", /\/api\/reports\?/), found: (page) => page.locator("[data-report]").first() },
  "a reported message": {
    loading: "Reading the message",
    failed: "The message could not be read:",
    how: "busy",
    open: at("bo", ({ rooms }) => `/admin/reports?room=${rooms.planning}`, /\/messages\?around=/),
    found: (page) => page.locator(".report-it"),
  },
  health: { loading: "Reading how the server is", failed: UNREAD, how: "busy", stays: true, open: at("root", () => "/admin/health", /\/api\/admin\/health/), found: (page) => page.locator(".health-card") },
  sessions: {
    loading: "Reading your sessions",
    failed: "Your sessions could not be read",
    how: "busy",
    open: ofAccount("Sessions", (gate, page) => gate.ofAddress(page, /\/api\/users\/me\/sessions$/)),
    found: (page) => page.locator("[data-session]").first(),
  },
  profile: {
    loading: "Reading your profile",
    failed: "Your profile could not be read",
    how: "busy",
    open: ofAccount("Profile", (gate, page) => gate.ofEvent(page, "get_users")),
    found: (page) => page.getByLabel("Display name"),
  },
  invitations: {
    loading: "Loading invitations",
    failed: "The invitations could not be read.",
    how: "busy",
    open: async (browser, { server, rooms }, gate, options) => {
      const token = server.token("ann", NAMES["ann"] ?? "");
      const person = await Person.enter(browser, server, "Ann Lee", before({ ...options, token, room: rooms.planning }, (page) => gate.ofEvent(page, "list_invitations")));
      await person.connected();
      await openDetails(person, "Invitations");
      return person;
    },
    found: (page) => page.getByRole("button", { name: "Revoke" }).first(),
  },
  feeds: {
    loading: "Loading the feeds",
    failed: "The feeds could not be read.",
    how: "busy",
    open: (browser, { feeds }, gate, options) => feeds.visit(browser, "", before(options, (page) => gate.ofAddress(page, /\/api\/streams/))),
    found: (page) => page.locator('[data-feed="orders/all"]'),
  },
  "a feed": {
    loading: "Loading the feeds",
    failed: "The feeds could not be read.",
    how: "cut",
    open: async (browser, { feeds }, gate, options) => {
      const person = await feeds.visit(browser, "", options);
      await gate.ofAddress(person.page, /\/api\/streams/);
      await person.page.goto(`${feeds.server.url}/feeds?stream=orders%2Fall`);
      await person.connected();
      return person;
    },
    found: (page) => page.locator(".feed-form"),
  },
  "ways to sign in": { loading: "Loading", failed: "The server cannot be reached.", how: "cut", open: openSignIn, found: (page) => page.getByLabel("Your name") },
  "ways to sign in, of a server without its store": { loading: "Loading", failed: "The database does not answer", how: "down", open: openSignIn, found: (page) => page.getByLabel("Your name") },
};

/** Lists with a next page: who sees them, where, what is read for that page, its button, and what a row is. first: how the first page is asked for; it is made one row. */
export const NEXT_PAGES: readonly { list: string; who: string; path: Path; address: RegExp; next: string; rows: string; first?: RegExp; open?: (page: Page) => Promise<unknown> }[] = [
  { list: "people", who: "root", path: () => "/admin/people", address: /\/api\/users\?.*after=/, next: "Show more", rows: "[data-row]" },
  { list: "rooms", who: "root", path: () => "/admin/rooms", address: /\/api\/rooms\?.*after=/, next: "Show more", rows: "[data-row]" },
  { list: "audit log", who: "ann", path: ({ crowded }) => `/admin/audit?room=${crowded}`, address: /\/audit\?.*before=/, next: "Show older", rows: ".audit-row" },
  { list: "reports", who: "ann", path: ({ crowded }) => `/admin/reports?room=${crowded}`, address: /\/reports\?.*before=/, next: "Show older", rows: "[data-report]" },
  {
    list: "members",
    who: "root",
    path: () => "/admin/rooms",
    address: /\/members\?.*after=/,
    next: "Show more",
    rows: "[data-member]",
    open: openMembers,
  },
  { list: "bots", who: "ann", path: owned("bots"), address: /\/bots\?.*after=/, next: "Show more", rows: "[data-row]", first: /\/bots\?limit=/ },
  { list: "addresses", who: "ann", path: owned("hooks"), address: /\/hooks\?.*after=/, next: "Show more", rows: "[data-row]", first: /\/hooks\?limit=/ },
  {
    list: "cursors",
    who: "root",
    path: () => "/admin/webhooks",
    address: /\/cursors\?.*after=/,
    next: "Show more",
    rows: "[data-cursor]",
    first: /\/cursors\?limit=/,
    open: (page) => page.getByRole("button", { name: /^Progress of/ }).first().click(),
  },
];

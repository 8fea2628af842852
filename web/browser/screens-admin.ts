// The screens of moderators and admins, each made as a person would get there. Used by the accessibility tests and the
// screenshots. Ada Admin is at the browser where it is about the whole server, Bo where it is about his room.

import type { Browser } from "playwright-core";
import { asAdmin, NAMES, report, rudeRoom, said, visit } from "./admin-world";
import { meet, openDetails, setMember } from "./crew";
import { Person, type PersonOptions } from "./person";
import type { Server } from "./server";

export const ADMIN_SCREENS = [
  "reports",
  "reports of a room",
  "report decided",
  "reports empty",
  "reports failed",
  "reports stale",
  "report ban",
  "report delete",
  "audit",
  "audit by person",
  "audit empty",
  "admin drawer",
  "admin refused",
  "room refused",
  "choose a room",
  "account menu of an admin",
  "details of a moderator",
  "rooms of the server",
  "members of a room",
  "people",
  "person disabled",
  "person signed out",
  "person is oneself",
  "bot made",
  "bots of a room",
  "bot removed",
  "hook made",
  "webhooks",
  "webhook cursors",
  "streams empty",
  "streams refused",
  "owners only",
  "health",
  "health unknown",
] as const;

export type AdminScreen = (typeof ADMIN_SCREENS)[number];

export interface AdminRooms {
  planning: string;
  seq: number;
  quiet: string; // nothing was ever reported or done there
}

/** Puts rooms, reports and an audit log there. */
export async function seedAdmin(server: Server): Promise<AdminRooms> {
  await meet(server, { ...NAMES, eve: "Eve Stone, who has a name as long as any that fits" });
  await asAdmin(server, "POST", "users/eve/disable");
  const { room: planning, seq } = await rudeRoom(server, "Planning");
  await report(server, planning, "ann", seq, "This is not how we talk here, and it is not the first time: last week he did the same in two other rooms.");
  const { room: closed, seq: gone } = await rudeRoom(server, "Closed circle", "private");
  await server.ask("ann", "DELETE", `rooms/${closed}/messages/${gone}`);
  const long = await said(server, "lobby", "dan", `Buy now! ${"https://example.com/very/long/address/without/any/space/".repeat(4)}`);
  await report(server, "lobby", "cleo", long, "Advertising");
  const direct = ((await server.ask("cleo", "POST", "direct", { userId: "dan" }))["room"] as { id: string }).id;
  await report(server, direct, "cleo", await said(server, encodeURIComponent(direct), "dan", "Between you and me"), "He does not stop");
  const { room: quiet } = await rudeRoom(server, "Quiet corner");
  for (const one of (await server.ask("ann", "GET", `rooms/${quiet}/reports`))["reports"] as { id: string }[]) {
    await server.ask("bo", "PUT", `rooms/${quiet}/reports/${one.id}`, { state: "dismissed" });
  }
  await setMember(server, "ann", planning, "cleo", "reader");
  await setMember(server, "ann", planning, "cleo", "member");
  await setMember(server, "bo", planning, "dan", null, "2031-05-04T12:00:00.000Z");
  await server.ask("ann", "PATCH", `rooms/${planning}`, { topic: "What we do next, and who does it", slowModeMs: 30_000 });
  await server.ask("ann", "POST", `rooms/${planning}/invitations`, {});
  for (const name of ["Build", "A bot with a name as long as any"]) await server.ask("ann", "POST", `rooms/${planning}/bots`, { name, rights: "post" });
  await server.ask("ann", "POST", `rooms/${planning}/hooks`, { name: "Alarms" });
  // Nothing answers there: the first try fails at once.
  for (const path of ["in", "a/rather/long/path/that/does/not/fit/on/a/telephone?with=a&query=too"]) {
    await server.ask("ann", "POST", `rooms/${planning}/webhooks`, { url: `http://127.0.0.1:9/${path}`, events: ["new_message", "message_deleted"] });
  }
  await said(server, planning, "ann", "Is anybody listening?");
  return { planning, seq, quiet };
}

/** A database that is away, an instance that is late, and one that has just begun. */
const ILL = {
  store: { kind: "mongodb", ready: false, message: "no heartbeat came through the stream for 6s" },
  instances: [
    { instance: "chat-7d9f8c6b5-x2x4q", self: true, heardAt: "2026-03-04T05:06:07.008Z", connections: 12043, version: "v1.4.0", startedAt: "2026-03-04T05:06:07.008Z", ready: false, lagMs: 7300, sendsPerSecond: 0, queued: 4120 },
    { instance: "chat-7d9f8c6b5-9kzlm", self: false, heardAt: "2026-03-04T05:06:07.008Z", connections: 0 },
  ],
};

type Maker = (browser: Browser, server: Server, rooms: AdminRooms, options: PersonOptions) => Promise<Person>;

export function openAdminScreen(browser: Browser, server: Server, rooms: AdminRooms, screen: AdminScreen, options: PersonOptions): Promise<Person> {
  return makers[screen](browser, server, rooms, options);
}

const at =
  (who: string, path: (rooms: AdminRooms) => string, then: (person: Person, rooms: AdminRooms) => Promise<unknown>): Maker =>
  async (browser, server, rooms, options) => {
    const person = await visit(browser, server, who, path(rooms), options);
    await then(person, rooms);
    return person;
  };

const reportCards = (person: Person) => person.page.locator(".report-it").first().waitFor();
const heading = (name: string) => (person: Person) => person.page.getByRole("heading", { name }).waitFor();

/** The first report's dialog. */
async function act(person: Person, button: string): Promise<void> {
  await reportCards(person);
  await person.page.locator("[data-report]", { has: person.page.locator(".report-it") }).first().getByRole("button", { name: button }).click();
  await person.page.getByRole("dialog").waitFor();
}

const owned = (part: string) => at("ann", ({ planning }) => `/admin/${part}?room=${planning}`, (person) => person.page.locator("[data-row]").first().waitFor());

/** Makes something with a name, and waits until what is told once is shown. */
const made = (who: string, part: string, button: string) =>
  at(who, ({ quiet }) => (who === "root" ? `/admin/${part}` : `/admin/${part}?room=${quiet}`), async (person) => {
    await person.page.getByLabel("Name", { exact: true }).fill("Nightly");
    await person.page.getByRole("button", { name: button }).click();
    await person.page.locator(".fresh-link").waitFor();
    await person.page.locator("[data-row]").first().waitFor();
  });

/** Asks about somebody in the list of people. */
const aboutPerson = (id: string, button: RegExp, then: (person: Person) => Promise<unknown> = async () => {}) =>
  at("root", () => "/admin/people", async (person) => {
    await person.page.locator(`[data-row=${id}]`).getByRole("button", { name: button }).click();
    await person.page.getByRole("dialog").waitFor();
    await then(person);
  });

const makers: Record<AdminScreen, Maker> = {
  reports: at("root", () => "/admin/reports", reportCards),
  "reports of a room": at("bo", ({ planning }) => `/admin/reports?room=${planning}`, reportCards),
  "report decided": at("bo", ({ quiet }) => `/admin/reports?room=${quiet}`, async (person) => {
    await person.page.getByRole("button", { name: "Dismissed" }).click();
    await reportCards(person);
  }),
  "reports empty": at("bo", ({ quiet }) => `/admin/reports?room=${quiet}`, heading("Nothing is waiting")),
  "reports failed": async (browser, server, _, options) => {
    const person = await visit(browser, server, "root", "/admin/reports", {
      ...options,
      before: async (page) => {
        await options.before?.(page);
        await page.route("**/api/reports*", (route) => route.abort());
      },
    });
    await heading("This could not be read")(person);
    return person;
  },
  "reports stale": at("root", () => "/admin/reports", async (person) => {
    await reportCards(person);
    await person.page.route("**/api/reports*", (route) => route.abort());
    await person.page.getByRole("button", { name: "Refresh the reports" }).click();
    await person.page.locator(".freshness[data-stale]").waitFor();
  }),
  "report ban": at("bo", ({ planning }) => `/admin/reports?room=${planning}`, (person) => act(person, "Ban…")),
  "report delete": at("root", () => "/admin/reports", (person) => act(person, "Delete message")),
  audit: at("root", () => "/admin/audit", (person) => person.page.locator(".audit-row").first().waitFor()),
  "audit by person": at("root", () => "/admin/audit", async (person) => {
    await person.page.getByRole("button", { name: "Anybody" }).click();
    await person.page.getByRole("dialog").getByRole("button", { name: "Bo Chen" }).waitFor();
  }),
  "audit empty": at("root", () => "/admin/audit", async (person) => {
    await person.page.getByLabel("What was done").selectOption("Invitations revoked");
    await heading("Nothing of this kind")(person);
  }),
  "admin drawer": at("root", () => "/admin/audit", async (person) => {
    if ((person.page.viewportSize()?.width ?? 0) < 720) await person.page.getByRole("button", { name: "Administration" }).click();
    await person.page.locator("#admin").getByRole("link", { name: "Reports" }).waitFor();
  }),
  "admin refused": at("dan", () => "/admin/reports", heading("This is for admins")),
  "room refused": at("dan", ({ planning }) => `/admin/reports?room=${planning}`, heading("This is for those who moderate the room")),
  "choose a room": at("bo", () => "/admin", (person) => person.page.getByLabel("About").waitFor()),
  "account menu of an admin": async (browser, server, _, options) => {
    const token = server.token("root", NAMES["root"] ?? "", 3600, ["admin"]);
    const person = await Person.enter(browser, server, "Ada Admin", { ...options, token });
    await person.connected();
    await person.page.locator(".me").click();
    await person.page.getByRole("link", { name: "Administration" }).waitFor();
    return person;
  },
  "details of a moderator": async (browser, server, { planning }, options) => {
    const person = await Person.enter(browser, server, "Bo Chen", { ...options, token: server.token("bo", "Bo Chen"), room: planning });
    await person.connected();
    await (await openDetails(person)).getByRole("link", { name: "Reports" }).waitFor();
    return person;
  },
  "rooms of the server": at("root", () => "/admin/rooms", (person) => person.page.locator("[data-row=lobby]").waitFor()),
  "members of a room": at("root", () => "/admin/rooms", async (person, { planning }) => {
    await person.page.locator(`[data-row="${planning}"]`).getByRole("button", { name: "Members" }).click();
    await person.page.locator("[data-member=bo]").waitFor();
  }),
  people: at("root", () => "/admin/people", (person) => person.page.locator("[data-row=bo]").waitFor()),
  "person disabled": aboutPerson("bo", /^Disable/),
  "person signed out": aboutPerson("bo", /^End sessions/),
  "person is oneself": aboutPerson("root", /^Disable/, async ({ page, troubles }) => {
    await page.getByRole("dialog").getByRole("button", { name: "Disable", exact: true }).click();
    await page.getByText("You cannot disable yourself.").waitFor();
    troubles.length = 0; // Chromium reports the 403 we asked for
  }),
  "bot made": made("root", "bots", "Make a key"),
  "bots of a room": owned("bots"),
  "bot removed": at("ann", ({ planning }) => `/admin/bots?room=${planning}`, async (person) => {
    await person.page.getByRole("button", { name: "Remove Build" }).click();
    await person.page.getByRole("dialog").waitFor();
  }),
  "hook made": made("ann", "hooks", "Make an address"),
  webhooks: at("ann", ({ planning }) => `/admin/webhooks?room=${planning}`, (person) => person.page.locator(".admin-bad").first().waitFor()),
  "webhook cursors": at("ann", ({ planning }) => `/admin/webhooks?room=${planning}`, async (person) => {
    await person.page.getByRole("button", { name: /^Progress of/ }).first().click();
    await person.page.locator("[data-cursor] .admin-bad").waitFor();
    await person.page.getByRole("button", { name: /^Set the place/ }).click();
  }),
  "streams empty": at("root", () => "/admin/streams", heading("No stream is declared")),
  "streams refused": at("root", () => "/admin/streams", async (person) => {
    await person.page.getByLabel("Name", { exact: true }).fill("orders/all");
    await person.page.getByLabel("Declaration").fill('{"stages": [');
    await person.page.getByRole("button", { name: "Apply" }).click();
    await person.page.locator(".form-error", { hasText: "This is no JSON" }).waitFor();
  }),
  health: at("root", () => "/admin/health", (person) => person.page.locator(".health-card").first().waitFor()),
  "health unknown": async (browser, server, _, options) => {
    const person = await visit(browser, server, "root", "/admin/health", {
      ...options,
      before: async (page) => {
        await options.before?.(page);
        await page.route("**/api/admin/health", (route) => route.fulfill({ json: ILL }));
      },
    });
    await person.page.locator(".health-card[data-state=unknown]").waitFor();
    return person;
  },
  "owners only": at("bo", ({ planning }) => `/admin/bots?room=${planning}`, heading("This is for owners of the room")),
};

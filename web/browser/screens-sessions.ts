// The screens of where an account is signed in. Used by the accessibility tests and the screenshots.

import type { Browser, Locator, Page } from "playwright-core";
import { AGENTS, register, signIn } from "./accounts";
import { Person, type PersonOptions } from "./person";
import type { Server } from "./server";

/** Whose account the screens are of. */
export const NAME = "Mira Okafor";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** One of each kind there is, as the server would list them. */
export function someSessions(now: number): object[] {
  const session = (id: string, begunMs: number, seenMs: number, more: object) => {
    const at = (ms: number) => new Date(now + ms).toISOString();
    return { id, createdAt: at(-begunMs), seenAt: at(-seenMs), expiresAt: at(24 * HOUR_MS - begunMs), ...more };
  };
  return [
    session("s1", 3 * HOUR_MS, 0, { address: "192.0.2.17", agent: AGENTS.desk, current: true }),
    session("s2", 5 * HOUR_MS, 12 * MINUTE_MS, { address: "2001:db8:7a31:44f0:9c2e:1bff:fe8a:63d1", agent: AGENTS.phone }),
    session("s3", 20 * HOUR_MS, 4 * HOUR_MS, { address: "198.51.100.203", agent: AGENTS.tablet }),
    session("s4", 22 * HOUR_MS, 22 * HOUR_MS, { address: "203.0.113.9", agent: AGENTS.script }),
    session("s5", 23 * HOUR_MS, 23 * HOUR_MS, {}),
  ];
}

export async function seedSessions(server: Server): Promise<void> {
  await register(server, NAME);
}

/** Has the page see some sessions, whatever the server lists. */
export async function showSome(page: Page): Promise<void> {
  await page.route("**/api/users/me/sessions", (route) => route.fulfill({ json: { sessions: someSessions(Date.now()) } }));
}

/** Opens the account's menu, which on a phone is in the drawer, and gives what leads to a dialog there. */
export async function openMenu(person: Person, dialog: "Profile" | "Sessions" = "Sessions"): Promise<Locator> {
  await person.connected();
  const me = person.page.locator(".me");
  if (!(await me.isVisible())) await person.page.getByRole("button", { name: "Rooms", exact: true }).click();
  await me.click();
  const item = person.page.getByRole("button", { name: dialog, exact: true });
  await item.waitFor();
  return item;
}

/** Opens the dialog from there. */
export async function openSessions(person: Person): Promise<Locator> {
  await (await openMenu(person)).click();
  const dialog = person.page.getByRole("dialog", { name: "Sessions" });
  await dialog.waitFor();
  return dialog;
}

type Maker = (browser: Browser, server: Server, options: PersonOptions) => Promise<Person>;

/** Comes in with the account, and some sessions, or with what `meddle` does to their route instead. */
async function enter(browser: Browser, server: Server, options: PersonOptions, meddle: (page: Page) => Promise<unknown> = showSome): Promise<Person> {
  const { token } = await signIn(server, NAME);
  const before = async (page: Page) => {
    await options.before?.(page);
    await meddle(page);
  };
  return Person.enter(browser, server, NAME, { ...options, room: "design", token, before });
}

const at =
  (then: (dialog: Locator, person: Person) => Promise<unknown>, meddle?: (page: Page) => Promise<unknown>): Maker =>
  async (browser, server, options) => {
    const person = await enter(browser, server, options, meddle);
    await then(await openSessions(person), person);
    return person;
  };

const cards = (dialog: Locator) => dialog.locator("[data-session=s5]").waitFor();

export const SESSION_MAKERS = {
  "account menu of an account": async (browser, server, options) => {
    const person = await enter(browser, server, options);
    await openMenu(person);
    return person;
  },
  sessions: at(cards),
  "session end": at(async (dialog, { page }) => {
    await dialog.getByRole("button", { name: "End session: Safari on iPhone" }).click();
    await page.getByRole("dialog", { name: "End this session?" }).waitFor();
  }),
  "sessions others end": at(async (dialog, { page }) => {
    await dialog.getByRole("button", { name: "End all others" }).click();
    await page.getByRole("dialog", { name: "End all other sessions?" }).waitFor();
  }),
  "sessions failed": at(
    (dialog) => dialog.getByRole("button", { name: "Try again" }).waitFor(),
    (page) => page.route("**/api/users/me/sessions", (route) => route.abort()),
  ),
  "sessions old": at(async (dialog, person) => {
    await cards(dialog);
    await person.context.setOffline(true);
    await dialog.getByText(/^No connection: this is of/).waitFor();
  }),
} as const satisfies Record<string, Maker>;

// Every screen of the page of feeds, each made as a person would get there. Used by the
// accessibility tests and the screenshots.

import { ObjectId } from "mongodb";
import type { Browser, Page } from "playwright-core";
import { type FeedsWorld, openStream } from "./feeds-world";
import type { Person, PersonOptions } from "./person";

export const FEED_SCREENS = ["feeds", "feeds search", "feeds empty", "feeds failed", "stream", "stream faults", "stream waiting", "stream events", "stream paused", "stream no connection", "stream closed", "stream unknown", "streams declared"] as const;

export type FeedScreen = (typeof FEED_SCREENS)[number];

/** Every type of a variable, so that every kind of field is looked at. */
const ALL_TYPES = {
  customer: { type: "string" },
  least: { type: "double", required: false },
  count: { type: "int", default: 10 },
  since: { type: "date", required: false },
  parent: { type: "objectId", required: false },
  urgent: { type: "bool", required: false },
  sub: { type: "string", from: "token" },
};

/** Puts streams there for the screens to show. */
export async function seedFeeds(world: FeedsWorld): Promise<void> {
  const names = ["orders/all", "orders/shipped", "orders/deleted-by-anybody-for-any-reason-whatever", "posts/all", "posts/mine", "invoices/open", "invoices/overdue"];
  for (const name of names) await world.declare(name, { stages: [], operations: name.endsWith("all") ? undefined : ["insert", "update"] });
  await world.declare("everything", { watch: { database: true }, stages: [] });
  const stages = Object.keys(ALL_TYPES).map((name) => ({ $ifvar: [name, { $match: { [`fullDocument.${name}`]: { $var: name } } }] }));
  await world.declare("orders/of-customer", { stages, vars: ALL_TYPES });
}

export function openFeedScreen(browser: Browser, world: FeedsWorld, screen: FeedScreen, options: PersonOptions): Promise<Person> {
  return makers[screen](browser, world, options);
}

type Maker = (browser: Browser, world: FeedsWorld, options: PersonOptions) => Promise<Person>;

function meddle(options: PersonOptions, route: (page: Page) => Promise<unknown>): PersonOptions {
  return {
    ...options,
    before: async (page) => {
      await options.before?.(page);
      await route(page);
    },
  };
}

const listAnswers = (status: number, json: object) => (page: Page) => page.route("**/api/streams", (route) => route.fulfill({ status, json }));

/** Some life in a collection: every kind of change. */
async function live(world: FeedsWorld, person: Person): Promise<void> {
  const orders = world.database.collection("orders");
  const ids = Array.from({ length: 5 }, () => new ObjectId());
  await orders.insertMany(ids.map((_id, i) => ({ _id, customer: "Chiara Rossi", total: 12.5 * (i + 1), items: [{ sku: "A-17", count: i + 1 }], address: { street: "Via Roma 1", city: "Torino" } })));
  await orders.updateOne({ _id: ids[0] as ObjectId }, { $set: { state: "shipped" } });
  await orders.replaceOne({ _id: ids[1] as ObjectId }, { customer: "Bo", total: 1 });
  await orders.deleteOne({ _id: ids[2] as ObjectId });
  await orders.insertOne({ _id: `order-${new ObjectId()}/with-a-very-long-key-that-does-not-fit-anywhere/2026-11-21` as unknown as ObjectId, total: 3 });
  await person.page.locator(".feed-event").nth(8).waitFor();
}

async function events(browser: Browser, world: FeedsWorld, options: PersonOptions): Promise<Person> {
  const person = await world.visit(browser, "orders/all", options);
  await openStream(person.page);
  await live(world, person);
  return person;
}

const makers: Record<FeedScreen, Maker> = {
  feeds: async (browser, world, options) => {
    const person = await world.visit(browser, "", options);
    await person.page.locator(".feed-row").first().waitFor();
    return person;
  },
  "feeds search": async (browser, world, options) => {
    const person = await world.visit(browser, "", options);
    await person.page.getByLabel("Search the feeds").fill("nothing like it");
    await person.page.getByText("No feed has this").waitFor();
    return person;
  },
  "feeds empty": async (browser, world, options) => {
    const person = await world.visit(browser, "", meddle(options, listAnswers(200, { streams: [] })));
    await person.page.getByText("No stream is declared").waitFor();
    return person;
  },
  "feeds failed": async (browser, world, options) => {
    const person = await world.visit(browser, "", meddle(options, listAnswers(503, { error: { code: "UNAVAILABLE", message: "the database cannot be reached", retryable: true } })));
    await person.page.getByRole("button", { name: "Try again" }).waitFor();
    return person;
  },
  stream: (browser, world, options) => world.visit(browser, "orders/of-customer", options),
  "stream faults": async (browser, world, options) => {
    const person = await world.visit(browser, "orders/of-customer", options);
    await person.page.getByLabel("count optional").fill("2.5");
    await person.page.getByLabel("parent optional").fill("12");
    await person.page.getByRole("button", { name: "Open", exact: true }).click();
    await person.page.getByText("Fill this in").waitFor();
    return person;
  },
  "stream waiting": async (browser, world, options) => {
    const person = await world.visit(browser, "orders/shipped", options);
    await openStream(person.page);
    return person;
  },
  "stream events": async (browser, world, options) => {
    const person = await events(browser, world, options);
    await person.page.locator(".feed-event").nth(1).click();
    await person.page.locator(".feed-body").waitFor();
    return person;
  },
  "stream paused": async (browser, world, options) => {
    const person = await events(browser, world, options);
    await person.page.getByRole("button", { name: "Pause" }).click();
    await world.database.collection("orders").insertOne({ total: 4 });
    await person.page.getByRole("button", { name: "Resume (1 new)" }).waitFor();
    return person;
  },
  "stream no connection": async (browser, world, options) => {
    const person = await events(browser, world, options);
    await person.context.setOffline(true);
    await person.banner.waitFor();
    return person;
  },
  "stream closed": async (browser, world, options) => {
    const person = await events(browser, world, options);
    await world.declare("orders/all", { stages: [], operations: ["insert"] });
    await person.page.getByRole("button", { name: "Reopen" }).waitFor();
    await world.declare("orders/all", { stages: [] });
    return person;
  },
  "stream unknown": async (browser, world, options) => {
    const person = await world.visit(browser, "", options);
    await person.page.goto(`${world.server.url}/feeds?stream=posts%2Fnone`);
    await person.page.getByRole("heading", { name: "There is no stream" }).waitFor();
    await person.connected();
    return person;
  },
  // Where admins declare them, which needs a database as the feeds do.
  "streams declared": async (browser, world, options) => {
    const person = await world.visit(browser, "", options);
    await person.page.goto(`${world.server.url}/admin/streams`);
    await person.page.locator('[data-row="orders/of-customer"]').waitFor();
    await person.connected();
    return person;
  },
};

import type { Collection } from "mongodb";
import { expect, test } from "vitest";
import { connected, WEBSOCKET } from "./harness/client";
import { applied, example, prints, succeeds } from "./harness/feeds";
import type { Server } from "./harness/server";
import { Listener, serverWithPosts } from "./harness/streams";
import { tokenFor } from "./harness/token";
import { until } from "./harness/wait";

const TOKEN = tokenFor("projection", { roles: ["orders"] });

interface Shop {
  server: Server;
  env: NodeJS.ProcessEnv;
  events: Collection;
  orders: Collection<{ _id: string; version: number; items: number; total: number }>;
  positions: Collection<{ _id: string; after: string }>;
}

/** A server with the example's streams, and what its programs need to know. */
async function shop(): Promise<Shop> {
  const { server, store, database } = await serverWithPosts();
  expect(await applied(server, store, "orders/events.json")).toContain("events/appended: created");
  const uri = store.flags[store.flags.indexOf("-mongodb-uri") + 1];
  const env = { MONGODB_URI: uri, MONGODB_DATABASE: database.databaseName, ROOMSTREAM_URL: server.url, TOKEN };
  return { server, env, events: database.collection("events"), orders: database.collection("orders"), positions: database.collection("positions") };
}

const versions = async (events: Collection, aggregateId: string): Promise<number[]> =>
  (await events.find({ aggregateId }).sort({ version: 1 }).toArray()).map((event) => event["version"] as number);

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test("two who append to one order at once each get versions of their own, without a gap", async () => {
  const EACH = 60;
  const { env, events } = await shop();
  const add = (item: string): string[] => ["shop.mjs", "add", "order-1", item, "2.5", String(EACH)];
  const [tea, milk] = await Promise.all([succeeds(example("orders", add("tea"), env)), succeeds(example("orders", add("milk"), env))]);

  expect(await versions(events, "order-1")).toEqual(upTo(2 * EACH));
  expect(await events.countDocuments({ "data.name": "tea" })).toBe(EACH);
  expect(tea + milk).toContain("already: again");
  const shown = await succeeds(example("orders", ["shop.mjs", "show", "order-1"], env));
  expect(JSON.parse(shown)).toEqual({ version: 2 * EACH, status: "open", items: 2 * EACH, total: 2.5 * 2 * EACH });
});

test("who expects an older version is refused, by the driver and over HTTP, and a rule of the order holds", async () => {
  const { server, env, events } = await shop();
  await succeeds(example("orders", ["shop.mjs", "add", "order-1", "tea", "3"], env));
  const post = (version: number): Promise<Response> =>
    fetch(`${server.url}/events`, {
      method: "POST",
      headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" },
      body: JSON.stringify({ aggregateId: "order-1", version, eventType: "item_added", data: { name: "milk", price: 1 } }),
    });
  const refused = await post(1);
  expect([refused.status, await refused.json()]).toEqual([409, { error: expect.objectContaining({ code: "CONFLICT" }) as object }]);
  expect((await post(2)).status).toBe(201);

  await succeeds(example("orders", ["shop.mjs", "send", "order-1"], env));
  const late = example("orders", ["shop.mjs", "add", "order-1", "milk", "1"], env);
  expect((await late.exited).code).not.toBe(0);
  expect(late.output).toContain("the order is sent");
  expect(await versions(events, "order-1")).toEqual([1, 2, 3]);
});

test("listeners hear event_appended, or one order's events, in order", async () => {
  const EVENTS = 20;
  const { server, env } = await shop();
  const socket = await connected(server.url, "clerk", { ...WEBSOCKET, auth: { token: TOKEN } });
  const listener = new Listener(socket);
  const heard: [string, number][] = [];
  socket.on("event_appended", (event: { aggregateId: string; version: number }) => heard.push([event.aggregateId, event.version]));
  const stranger = await connected(server.url, "alice", WEBSOCKET);
  const overheard: unknown[] = [];
  stranger.on("event_appended", (event: unknown) => overheard.push(event));
  const id = await listener.open({ uri: "events/of", vars: { id: "order-2" } });
  // Pushes begin a moment after the declaration: what is heard first shows that they have.
  await until("event_appended is heard", async () => {
    await succeeds(example("orders", ["shop.mjs", "add", "order-0", "tea", "1"], env));
    return heard.length > 0;
  });
  for (const order of ["order-1", "order-2"]) await succeeds(example("orders", ["shop.mjs", "add", order, "tea", "1", String(EVENTS)], env));
  await listener.reaches(id, EVENTS);
  expect(listener.values(id, "version")).toEqual(upTo(EVENTS));
  const told = (order: string): number[] => heard.filter(([name]) => name === order).map(([, version]) => version);
  await until("all is told", () => told("order-2").length >= EVENTS);
  expect([told("order-1"), told("order-2")]).toEqual([upTo(EVENTS), upTo(EVENTS)]);
  expect(overheard).toEqual([]);
  expect(listener.faults).toEqual([]);
});

test("a projection that is killed in the middle, again and again, neither misses an event nor counts one twice", async () => {
  const KILLS = 3;
  const BATCH = 20;
  const ORDERS = ["order-1", "order-2"];
  const { server, env, events, orders, positions } = await shop();
  await succeeds(example("orders", ["shop.mjs", "add", "order-1", "before the first start", "1", "5"], env));
  const start = (): ReturnType<typeof example> => example("orders", ["projection.mjs"], env);
  let projection = start();
  await prints(projection, "rebuilt");

  let killing = true;
  const appended = ORDERS.map(async (order) => {
    while (killing) await succeeds(example("orders", ["shop.mjs", "add", order, "tea", "1.5", String(BATCH)], env));
  });
  for (let kill = 0; kill < KILLS; kill++) {
    const length = projection.output.length;
    await until("it is at work, and has stored a place", async () => projection.output.length > length && (await positions.countDocuments()) > 0);
    projection.signal("SIGKILL");
    await projection.exited;
    projection = start();
    await prints(projection, "going on");
  }
  killing = false;
  await Promise.all(appended);
  // While it is away, something happens, too; and the server is not always there.
  projection.signal("SIGKILL");
  await projection.exited;
  await succeeds(example("orders", ["shop.mjs", "send", "order-1"], env));
  projection = start();
  const last = await events.countDocuments({ aggregateId: "order-1" });
  await until(`order-1 is at ${last}`, async () => (await orders.findOne({ _id: "order-1" }))?.version === last);
  await server.kill();
  await succeeds(example("orders", ["shop.mjs", "add", "order-3", "tea", "1"], env));
  await server.restart();
  await until("order-3 is there", async () => (await orders.countDocuments()) === 3);

  for (const order of [...ORDERS, "order-3"]) {
    const replayed: unknown = JSON.parse(await succeeds(example("orders", ["shop.mjs", "show", order], env)));
    expect(await orders.findOne({ _id: order }, { projection: { _id: 0 } })).toEqual(replayed);
  }
  const items = await events.countDocuments({ aggregateId: "order-2" });
  expect(await orders.findOne({ _id: "order-2" })).toMatchObject({ version: items, items, total: 1.5 * items });
  expect(projection.exit).toBeUndefined();
});

test("a projection whose place in the stream is no good any more reads the collection", async () => {
  const { env, orders, positions } = await shop();
  await succeeds(example("orders", ["shop.mjs", "add", "order-1", "tea", "1", "3"], env));
  await positions.insertOne({ _id: "events/appended", after: "of a stream that was declared otherwise" });
  const projection = example("orders", ["projection.mjs"], env);
  await prints(projection, "rebuilt");
  expect(await orders.findOne({ _id: "order-1" })).toMatchObject({ version: 3, total: 3 });
  await succeeds(example("orders", ["shop.mjs", "add", "order-1", "tea", "1"], env));
  await until("it goes on", async () => (await orders.findOne({ _id: "order-1" }))?.version === 4);
});

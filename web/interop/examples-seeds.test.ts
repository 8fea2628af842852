import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Db } from "mongodb";
import type { Socket } from "socket.io-client";
import { expect, test } from "vitest";
import { connected, must, WEBSOCKET } from "./harness/client";
import { applied, EXAMPLES, Feed } from "./harness/feeds";
import type { Server } from "./harness/server";
import { ADMIN, serverWithPosts } from "./harness/streams";
import { tokenFor } from "./harness/token";
import { until } from "./harness/wait";

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });
const FILE = "seeds/declarations.json";
const STAFF = bearer(tokenFor("sue", { roles: ["staff"] }));

/** A server with every stream of the file. */
async function declaredServer(): Promise<{ server: Server; database: Db }> {
  const { server, store, database } = await serverWithPosts();
  const printed = await applied(server, store, FILE);
  expect(printed.match(/: created/g)).toHaveLength(10);
  return { server, database };
}

/** The names under which `items/told` tells of inserts, updates and deletions. */
function toldAs(): [added: string, updated: string, deleted: string] {
  const { streams } = JSON.parse(readFileSync(join(EXAMPLES, FILE), "utf8")) as { streams: { uri: string; events?: Record<string, string> }[] };
  const { insert, update, delete: remove } = streams.find(({ uri }) => uri === "told")?.events ?? {};
  if (!insert || !update || !remove) throw new Error("items/told does not say them");
  return [insert, update, remove];
}

/** What a socket is told under some names, in order. */
function hears(socket: Socket, ...names: string[]): [string, Record<string, unknown>][] {
  const heard: [string, Record<string, unknown>][] = [];
  for (const name of names) socket.on(name, (payload: Record<string, unknown>) => heard.push([name, payload]));
  return heard;
}

/** Pushes begin a moment after the declaration: writes until one is heard. */
async function pushing(heard: unknown[], write: () => Promise<unknown>): Promise<void> {
  await until("pushes have begun", async () => {
    await write();
    return heard.length > 0;
  });
}

test("inserts, updates and deletions of a collection are told to every socket", async () => {
  const { server, database } = await declaredServer();
  const items = database.collection("items");
  const [added, updated, deleted] = toldAs();
  const names = [added, updated, deleted];
  const [a, b] = [await connected(server.url, "ann", WEBSOCKET), await connected(server.url, "ben", WEBSOCKET)];
  const [heardByAnn, heardByBen] = [hears(a, ...names), hears(b, ...names)];
  await pushing(heardByAnn, () => items.insertOne({ name: "first" }));

  const { insertedId } = await items.insertOne({ name: "tea", price: 2, old: true });
  await items.updateOne({ _id: insertedId }, { $set: { price: 3 }, $unset: { old: 1 } });
  await items.deleteOne({ _id: insertedId });
  const id = insertedId.toHexString();
  for (const heard of [heardByAnn, heardByBen]) {
    await until("the deletion is told", () => heard.some(([name]) => name === deleted));
    expect(heard.filter(([, payload]) => payload["id"] === id)).toEqual([
      [added, { id, name: "tea", price: 2, old: true }],
      [updated, { id, changes: { price: 3 }, removed: ["old"] }],
      [deleted, { id }],
    ]);
  }
});

test("inserts only, one field's updates, and a pipeline that reshapes", async () => {
  const { server, database } = await declaredServer();
  const items = database.collection("items");
  const added = await Feed.open(server, "/items/_streams/added");
  const prices = await Feed.open(server, "/items/_streams/prices");
  const brief = await Feed.open(server, "/items/_streams/brief");

  const { insertedId: tea } = await items.insertOne({ name: "tea", price: 2, shown: true, secret: "x" });
  await items.insertOne({ name: "hidden", price: 1, shown: false });
  await items.updateOne({ _id: tea }, { $set: { name: "green tea" } });
  await items.updateOne({ _id: tea }, { $set: { price: 3 } });
  const { insertedId: last } = await items.insertOne({ name: "last", price: 4, shown: true });
  await items.updateOne({ _id: last }, { $set: { price: 5 } });
  await Promise.all([added.reaches(3), prices.reaches(2), brief.reaches(5)]);

  expect(added.documents).toMatchObject([{ name: "tea" }, { name: "hidden" }, { name: "last" }]);
  expect(prices.frames.map((frame) => frame.updateDescription?.updatedFields)).toEqual([{ price: 3 }, { price: 5 }]);
  // An update carries the document as it is when it is read: the name is already the new one, the price perhaps.
  const [first] = brief.frames;
  expect(first).toMatchObject({ operationType: "insert", documentKey: { _id: { $oid: tea.toHexString() } }, fullDocument: { name: "tea", price: 2 } });
  expect(first?.fullDocument).not.toHaveProperty("secret");
  expect(brief.frames.map((frame) => frame.operationType)).toEqual(["insert", "update", "update", "insert", "update"]);
  expect(JSON.stringify(brief.frames)).not.toMatch(/hidden|secret|shown/);
});

test("documents whose userId or recipientId is the user's, and nobody else's", async () => {
  const { server, database } = await declaredServer();
  const orders = database.collection("orders");
  const ann = await Feed.open(server, "/orders/_streams/mine", bearer(tokenFor("ann")));
  const ben = await Feed.open(server, "/orders/_streams/mine", bearer(tokenFor("ben")));
  await expect(Feed.open(server, "/orders/_streams/mine")).rejects.toThrow("401");
  await expect(Feed.open(server, "/orders/_streams/mine?sub=ben", bearer(tokenFor("ann")))).rejects.toThrow("400");
  await orders.insertMany([
    { n: 1, userId: "ann" },
    { n: 2, userId: "cat" },
    { n: 3, userId: "ben", recipientId: "ann" },
    { n: 4, userId: "ben" },
    { n: 5, userId: "ann", recipientId: "ann" },
  ]);
  await Promise.all([ann.reaches(3), ben.reaches(2)]);
  expect(ann.documents).toMatchObject([{ n: 1 }, { n: 3 }, { n: 5 }]);
  expect(ben.documents).toMatchObject([{ n: 3 }, { n: 4 }]);
});

test("a user's orders are told to that user's sockets alone", async () => {
  const { server, database } = await declaredServer();
  const orders = database.collection("orders");
  const [a, b] = [await connected(server.url, "ann", WEBSOCKET), await connected(server.url, "ben", WEBSOCKET)];
  const [heardByAnn, heardByBen] = [hears(a, "order_created", "order_update"), hears(b, "order_created", "order_update")];
  await pushing(heardByAnn, () => orders.insertOne({ userId: "ann", item: "first" }));
  const { insertedId } = await orders.insertOne({ userId: "ann", item: "tea" });
  await orders.updateOne({ _id: insertedId }, { $set: { status: "sent" } });
  const { insertedId: bens } = await orders.insertOne({ userId: "ben", item: "milk" });
  await until("ben is told", () => heardByBen.length > 0);
  await until("ann is told", () => heardByAnn.some(([name]) => name === "order_update"));
  const id = insertedId.toHexString();
  expect(heardByAnn.filter(([, payload]) => payload["id"] === id)).toEqual([
    ["order_created", { id, userId: "ann", item: "tea" }],
    ["order_update", { id, changes: { status: "sent" } }],
  ]);
  expect(heardByBen).toEqual([["order_created", { id: bens.toHexString(), userId: "ben", item: "milk" }]]);
});

test("a whole database and a whole deployment, without what is the chat's own", async () => {
  const { server, database } = await declaredServer();
  await expect(Feed.open(server, "/_streams/everything")).rejects.toThrow("401");
  await expect(Feed.open(server, "/_streams/deployment", STAFF)).rejects.toThrow("403");
  const everything = await Feed.open(server, "/_streams/everything", STAFF);
  const deployment = await Feed.open(server, "/_streams/deployment", bearer(ADMIN));
  const socket = await connected(server.url, "ann", WEBSOCKET);
  await must(socket, "send_message", { roomId: "general", text: "not for feeds", clientId: crypto.randomUUID() });
  await database.collection("notifications").insertOne({ userId: "ann", kind: "not_for_feeds" });
  for (const name of ["posts", "items", "orders"]) await database.collection(name).insertOne({ from: name });
  await everything.reaches(3);
  expect(everything.frames.map((frame) => frame.ns?.coll)).toEqual(["posts", "items", "orders"]);
  // Other tests write into databases of their own, on the same deployment.
  const here = (): unknown[] => deployment.frames.filter((frame) => frame.ns?.db === database.databaseName).map((frame) => frame.ns?.coll);
  await until("the deployment's stream has them", () => here().length >= 3);
  expect(here()).toEqual(["posts", "items", "orders"]);
});

test("a value listener gets the current state, then every change", async () => {
  const { server, database } = await declaredServer();
  const values = database.collection("values");
  await values.insertMany([
    { path: "rooms/1/title", value: "old" },
    { path: "rooms/2/title", value: "other" },
  ]);
  const feed = await Feed.open(server, `/values/_streams/value?path=${encodeURIComponent("rooms/1/title")}&initial=true`);
  await feed.reaches(2);
  expect(feed.frames).toMatchObject([{ operationType: "initial", fullDocument: { value: "old" } }, { ready: true }]);
  await values.updateOne({ path: "rooms/2/title" }, { $set: { value: "not for us" } });
  await values.updateOne({ path: "rooms/1/title" }, { $set: { value: "new" } });
  await feed.reaches(3);
  expect(feed.frames[2]).toMatchObject({ operationType: "update", fullDocument: { path: "rooms/1/title", value: "new" } });
});

import { Binary, Double, Int32, Long, ObjectId, type Collection, type Db } from "mongodb";
import { expect, inject, test } from "vitest";
import { ask, connected, must, WEBSOCKET } from "./harness/client";
import { Follower } from "./harness/follower";
import { openMongoDB, Server } from "./harness/server";
import { until, within } from "./harness/wait";

/** How soon an insert must be heard. */
const HEARD_MS = 1000;

async function serverOnMongoDB(): Promise<{ server: Server; messages: Collection; database: Db }> {
  const store = await openMongoDB(inject("mongodbUri"));
  if (!store.database) throw new Error("no database");
  return { server: await Server.start(store), messages: store.database.collection("messages"), database: store.database };
}

test("what another program inserts is heard within a second, numbered, and in the history", async () => {
  const { server, messages } = await serverOnMongoDB();
  const listener = new Follower(await connected(server.url, "bob", WEBSOCKET), "general");
  await listener.join();
  await must(listener.socket, "send_message", { roomId: "general", text: "before" });

  const { insertedId } = await messages.insertOne({ roomId: "general", text: "build 512 is green", author: "ci" });
  await listener.reaches(2, HEARD_MS);
  expect(listener.messages[1]).toEqual({
    id: insertedId.toHexString(), roomId: "general", seq: 2, text: "build 512 is green", author: "ci",
    timestamp: insertedId.getTimestamp().toISOString(),
  });
  expect((await must(listener.socket, "send_message", { roomId: "general", text: "after" })).seq).toBe(3);
  const { messages: history } = await must(listener.socket, "get_history", { roomId: "general" });
  expect(history.map((message) => message.text)).toEqual(["before", "build 512 is green", "after"]);
  expect((await messages.findOne({ _id: insertedId }))?.["seq"]).toEqual(2);
});

test("its optional fields are taken over, and its clientId is as good as a client's", async () => {
  const { server, messages } = await serverOnMongoDB();
  const listener = new Follower(await connected(server.url, "bob", WEBSOCKET), "general");
  await listener.join();
  const timestamp = new Date("2020-02-03T04:05:06.789Z");
  await messages.insertOne({ roomId: "general", text: "first", author: "bob", clientId: "mine", timestamp });
  await listener.reaches(1, HEARD_MS);
  expect(listener.messages[0]).toMatchObject({ clientId: "mine", timestamp: timestamp.toISOString() });
  const data = { build: 512, green: true };
  await messages.insertOne({ roomId: "general", text: "second", author: "ci", authorName: "CI", parent: 1, data: JSON.stringify(data), of: "no concern" });
  await listener.reaches(2, HEARD_MS);
  expect(listener.messages[1]).toMatchObject({ authorName: "CI", parent: 1, data });
  expect(listener.messages[1]).not.toHaveProperty("of");
  expect(await must(listener.socket, "send_message", { roomId: "general", text: "first", clientId: "mine" })).toMatchObject({ seq: 1, duplicate: true });
});

test("several programs and clients at once still make one order without gaps", async () => {
  const EACH = 100;
  const { server, messages } = await serverOnMongoDB();
  const listeners = await Promise.all(["bob", "carol"].map(async (sub) => new Follower(await connected(server.url, sub, WEBSOCKET), "general")));
  await Promise.all(listeners.map((listener) => listener.join()));
  const program = async (name: string): Promise<void> => {
    for (let i = 0; i < EACH; i++) await messages.insertOne({ roomId: "general", text: `${name} ${i}`, author: name });
  };
  const person = async (listener: Follower): Promise<void> => {
    for (let i = 0; i < EACH; i++) await must(listener.socket, "send_message", { roomId: "general", text: `${listener.socket.id} ${i}` });
  };
  await Promise.all([program("ci"), program("cron"), ...listeners.map(person)]);
  for (const listener of listeners) await listener.reaches(4 * EACH);
  expect(listeners[0]?.texts).toEqual(listeners[1]?.texts);
  for (const listener of listeners) expect([listener.duplicates, listener.holes, listener.faults]).toEqual([0, 0, []]);
  expect(new Set(listeners[0]?.texts).size).toBe(4 * EACH);
  expect(await messages.countDocuments({ roomId: "general", seq: { $exists: true } })).toBe(4 * EACH);
});

test("what was inserted while no server ran is numbered at the next start", async () => {
  const { server, messages } = await serverOnMongoDB();
  const socket = await connected(server.url, "bob", WEBSOCKET);
  await must(socket, "send_message", { roomId: "general", text: "before" });
  socket.disconnect();
  expect((await server.terminate()).code).toBe(0);
  await messages.insertMany([1, 2, 3].map((n) => ({ roomId: "general", text: `nobody listened ${n}`, author: "ci" })));
  await server.restart();
  const listener = new Follower(await connected(server.url, "bob", WEBSOCKET), "general");
  await listener.join();
  await listener.reaches(4);
  expect(listener.texts).toEqual(["before", "nobody listened 1", "nobody listened 2", "nobody listened 3"]);
});

test("a malformed insert harms nothing: it is never heard, and the next good one is", async () => {
  const { server, messages } = await serverOnMongoDB();
  const listener = new Follower(await connected(server.url, "bob", WEBSOCKET), "general");
  await listener.join();
  await must(listener.socket, "send_message", { roomId: "general", text: "before" });

  const good = { roomId: "general", text: "fine", author: "ci" };
  const malformed: object[] = [
    {},
    { roomId: "general" },
    { roomId: "general", text: "no author" },
    { ...good, text: "" },
    { ...good, text: 5 },
    { ...good, text: null },
    { ...good, text: "x".repeat(8001) },
    { ...good, text: "x".repeat(200_000) },
    { ...good, text: "nul\0" },
    { ...good, text: new Binary(Buffer.from("bytes")) },
    { ...good, text: { $gt: "" } },
    { ...good, roomId: "no spaces" },
    { ...good, roomId: "x".repeat(129) },
    { ...good, roomId: ["general"] },
    { ...good, author: "" },
    { ...good, author: "a\nb" },
    { ...good, author: new ObjectId() },
    { ...good, clientId: 7 },
    { ...good, clientId: "é" },
    { ...good, timestamp: "yesterday" },
    { ...good, parent: "1" },
    { ...good, type: "message_deleted", target: 1 },
    { ...good, type: 9 },
    { ...good, _id: "no ObjectId" },
    { ...good, _id: new Int32(77) },
    { ...good, seq: "1" },
    { ...good, seq: new Double(1.5) },
    { ...good, seq: Long.MAX_VALUE },
    { ...good, seq: -5 },
    { ...good, seq: null },
    { heartbeat: "not a date" },
  ];
  const inserted = await messages.insertMany(malformed as never[], { ordered: false });
  expect(inserted.insertedCount).toBe(malformed.length);
  await messages.insertOne({ ...good, text: "after" });

  await listener.reaches(2, HEARD_MS);
  expect(listener.texts).toEqual(["before", "after"]);
  // Answered behind everything that could have been delivered, and by a room that goes on counting.
  expect((await must(listener.socket, "send_message", { roomId: "general", text: "on" })).seq).toBe(3);
  const ids = Object.values(inserted.insertedIds);
  const quarantined = async (): Promise<number> => messages.countDocuments({ _id: { $in: ids }, badSeq: { $exists: true } });
  await until("every bad seq is out of the way", async () => (await quarantined()) === 5);
  expect(await messages.countDocuments({ _id: { $in: ids }, seq: { $type: "number", $gt: 0 } })).toBe(0);
  expect(await server.readiness()).toBe(200);

  // They harm no later start either.
  listener.socket.disconnect();
  expect((await within("the server stops", server.terminate())).code).toBe(0);
  await server.restart();
  const again = await connected(server.url, "bob", WEBSOCKET);
  expect((await ask(again, "get_history", { roomId: "general" })).messages.map((message) => message.text)).toEqual(["before", "after", "on"]);
  expect((await must(again, "send_message", { roomId: "general", text: "still on" })).seq).toBe(4);
});

import { Long, ObjectId, type Collection, type Db } from "mongodb";
import { expect, inject, test } from "vitest";
import { ask, client, connected, must, next, WEBSOCKET } from "./harness/client";
import { openMongoDB, Server } from "./harness/server";
import { tokenFor } from "./harness/token";
import { until, within } from "./harness/wait";
import type { Socket } from "socket.io-client";

interface Notification {
  id: string;
  userId: string;
  kind: string;
  n?: number;
}

/** How long 10,000 notifications may take on a busy machine, through streams that break. */
const MANY_MS = 60_000;

async function twoServers(): Promise<{ one: Server; two: Server; database: Db; notifications: Collection }> {
  const store = await openMongoDB(inject("mongodbUri"));
  if (!store.database) throw new Error("no database");
  return {
    one: await Server.start(store), two: await Server.start(store),
    database: store.database, notifications: store.database.collection("notifications"),
  };
}

/** Everything of one event that a socket hears from now on. */
function listen(socket: Socket): Notification[] {
  const heard: Notification[] = [];
  socket.on("notification", (payload: Notification) => heard.push(payload));
  return heard;
}

test("an inserted document reaches its user's sockets on both instances, and nobody else's", async () => {
  const { one, two, notifications } = await twoServers();
  const ann = [listen(await connected(one.url, "ann")), listen(await connected(two.url, "ann", WEBSOCKET))];
  const ben = [listen(await connected(one.url, "ben", WEBSOCKET)), listen(await connected(two.url, "ben"))];
  const order = new ObjectId();
  const at = new Date("2026-02-03T04:05:06.789Z");
  const { insertedId } = await notifications.insertOne({ userId: "ann", kind: "order_shipped", order, at, sum: Long.fromString("1099511627776"), items: ["<b>", null], read: false });
  const second = await notifications.insertOne({ recipientId: "ann", kind: "mention", text: "é" });
  for (const heard of ann) {
    await until("both are heard", () => heard.length === 2);
    expect(heard).toEqual([
      {
        id: insertedId.toHexString(), userId: "ann", kind: "order_shipped",
        order: { $oid: order.toHexString() }, at: { $date: at.toISOString() }, sum: 1099511627776, items: ["<b>", null],
      },
      { id: second.insertedId.toHexString(), userId: "ann", kind: "mention", text: "é" },
    ]);
  }
  // What comes behind is heard: so would have been what was before it.
  await notifications.insertOne({ userId: "ben", kind: "last" });
  for (const heard of ben) {
    await until("ben hears his", () => heard.length > 0);
    expect(heard.map(({ kind }) => kind)).toEqual(["last"]);
  }
});

test("unread ones are counted in ready, listed, and marked", async () => {
  const { one, two, notifications } = await twoServers();
  const { insertedIds } = await notifications.insertMany([1, 2, 3].map((n) => ({ userId: "ann", kind: "x", n })));
  const ids = Object.values(insertedIds).map((id) => id.toHexString());
  const socket = client(two.url, "ann");
  expect(await within("ready", next(socket, "ready"))).toMatchObject({ notifications: { unread: 3 } });
  expect(await must(socket, "mark_notifications", { ids: [ids[0], new ObjectId().toHexString()], read: true })).toEqual({ ok: true, unread: 2 });
  const listed = await fetch(`${one.url}/api/notifications?unread=true`, { headers: { Authorization: `Bearer ${tokenFor("ann")}` } });
  expect(await listed.json()).toEqual({
    notifications: [3, 2].map((n) => ({ id: ids[n - 1], userId: "ann", kind: "x", read: false, n })), unread: 2, more: false,
  });
  expect((await notifications.findOne({ n: 1 }))?.["read"]).toBe(true);
  for (const bad of [{}, { ids: ["x"], read: true }, { ids: ids[0], read: true }, { ids, read: "yes" }, { ids: Array(101).fill(ids[0]), read: true }]) {
    expect((await ask(socket, "mark_notifications", bad)).error).toMatchObject({ code: "BAD_REQUEST", retryable: false });
  }
});

test("documents that are no notifications harm nobody, and are left as they are", async () => {
  const { one, notifications } = await twoServers();
  const ann = listen(await connected(one.url, "ann"));
  await notifications.insertMany([
    { userId: "ann" }, { kind: "x" }, { userId: ["ann"], kind: "x" }, { userId: "ann", kind: "x".repeat(65) }, { userId: "ann", kind: 7 },
    { userId: "ann", recipientId: 7, kind: "x" },
  ]);
  await notifications.insertOne({ userId: "ann", kind: "large", blob: "x".repeat(15 << 20) });
  await until("the good one is heard", () => ann.length > 0);
  expect(ann).toEqual([{ id: ann[0]?.id, userId: "ann", kind: "large" }]);
  expect(one.output.match(/is no valid one and is left alone/g)).toHaveLength(6);
  expect(await notifications.countDocuments()).toBe(7);
});

test("10,000 notifications are heard once each while the streams' cursors are killed", async () => {
  const { one, two, database, notifications } = await twoServers();
  const heard = [listen(await connected(one.url, "ann")), listen(await connected(two.url, "ann", WEBSOCKET))];
  const other = listen(await connected(two.url, "ben"));
  let writing = true;
  const written = (async () => {
    for (let n = 0; n < 10_000; n += 100) {
      await notifications.insertMany(Array.from({ length: 100 }, (_, i) => ({ userId: "ann", kind: "x", n: n + i })));
    }
    writing = false;
  })();
  let killed = 0;
  while (writing) killed += await killCursors(database);
  await written;
  expect(killed).toBeGreaterThan(2);
  for (const list of heard) {
    await until("all are heard", () => list.length >= 10_000, MANY_MS);
    expect(list.map(({ n }) => n)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  }
  expect(other).toEqual([]);
}, 2 * MANY_MS);

/** Kills the cursors that are open over notifications, and counts them. */
async function killCursors(database: Db): Promise<number> {
  const admin = database.client.db("admin");
  const open = await admin.aggregate<{ cursor: { cursorId: Long } }>([
    { $currentOp: { allUsers: true, idleCursors: true } },
    { $match: { ns: `${database.databaseName}.notifications`, "cursor.tailable": true } },
  ], { promoteLongs: false }).toArray();
  for (const { cursor } of open) await database.command({ killCursors: "notifications", cursors: [cursor.cursorId] });
  return open.length;
}

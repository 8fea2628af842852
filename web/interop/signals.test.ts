import { expect, inject, test } from "vitest";
import { connected, must, next } from "./harness/client";
import { openMongoDB, Server } from "./harness/server";
import { until } from "./harness/wait";

test("a revoked user's client is told why, and does not come back by itself", async () => {
  const store = await openMongoDB(inject("mongodbUri"));
  const server = await Server.start(store);
  const ann = await connected(server.url, "ann");
  const ben = await connected(server.url, "ben");
  const told = next(ann, "closing");
  const left = new Promise<string>((resolve) => ann.once("disconnect", resolve));
  await store.database?.collection("signals").insertOne({ sent: new Date(), kind: "revoke", instance: "test", userId: "ann" });
  expect(await told).toEqual({ reason: "revoked" });
  expect(await left).toBe("io server disconnect");
  expect(ann.active).toBe(false);
  expect(ben.connected).toBe(true);
});

test("typing is heard on another instance, and presence counts both", async () => {
  const store = await openMongoDB(inject("mongodbUri"));
  const [one, two] = [await Server.start(store), await Server.start(store)];
  const ann = await connected(one.url, "ann");
  const ben = await connected(two.url, "ben");
  await must(ben, "join_room", "general");
  const typing = next(ben, "typing");
  ann.volatile.emit("typing", { roomId: "general", on: true });
  expect(await typing).toMatchObject({ roomId: "general", userId: "ann", on: true });
  await until("ann is online at ben's", async () => JSON.stringify((await must(ben, "get_presence", { userIds: ["ann"] })) as object).includes('"online"'));
});

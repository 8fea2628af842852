import { expect, inject, test } from "vitest";
import { connected, must, next, transports } from "./harness/client";
import { openMongoDB, Server } from "./harness/server";
import { tokenFor } from "./harness/token";
import { until, within } from "./harness/wait";

/** What the protocol promises of a revocation. What a busy machine adds is told by how long connecting the same clients took at that moment. */
const REVOKED_MS = 1000;
const PER_CONNECTING = 5;
const TRIES = 3;

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

test("the route ends all of a user's clients within a second: by polling and by WebSocket, at either instance, by tokens without a time", async () => {
  const store = await openMongoDB(inject("mongodbUri"));
  const servers = [await Server.start(store), await Server.start(store)] as const;
  const headers = { "Authorization": `Bearer ${tokenFor("root", { roles: ["admin"] })}`, "Content-Type": "application/json" };
  const took: number[] = [];
  const over: number[] = [];
  while (took.length < TRIES && !over.some((ms) => ms <= 0)) {
    const user = `ann${took.length}`;
    const ways = servers.flatMap(({ url }) => transports.slice(0, 2).map(({ transports }) => ({ url, transports })));
    const connecting = performance.now();
    const sockets = await Promise.all(ways.map(({ url, transports }) => connected(url, user, { transports })));
    const most = REVOKED_MS + PER_CONNECTING * (performance.now() - connecting);
    const told = sockets.map((socket) => next(socket, "closing"));
    const left = sockets.map((socket) => new Promise<string>((resolve) => socket.once("disconnect", resolve)));
    const begun = performance.now();
    const answer = await fetch(`${servers[0].url}/api/users/${user}/revoke`, { method: "POST", headers });
    expect(answer.status).toBe(200);
    expect(await within("all have ended", Promise.all(left))).toEqual(sockets.map(() => "io server disconnect"));
    took.push(performance.now() - begun);
    over.push(performance.now() - begun - most);
    expect(await Promise.all(told)).toEqual(sockets.map(() => ({ reason: "revoked" })));
    expect(sockets.filter((socket) => socket.active)).toEqual([]); // none comes back by itself
  }
  expect(Math.min(...over), `ms of each try: ${took.join(", ")}; above what it may take: ${over.join(", ")}`).toBeLessThanOrEqual(0);
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

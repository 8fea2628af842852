import { expect, test } from "vitest";
import { ask, connected, must, WEBSOCKET } from "./harness/client";
import { openEmbedded, Server } from "./harness/server";
import { call, declare, declared, fieldIs, knows, Listener, serverWithPosts, type Change } from "./harness/streams";
import { tokenFor } from "./harness/token";
import { until } from "./harness/wait";

test("a client opens a declared stream by name and is told every change of the collection", async () => {
  const { server, posts } = await serverWithPosts();
  await declared(server, "posts/all");
  const listener = await Listener.on(server, "alice");
  const id = await listener.open({ uri: "posts/all" });

  const { insertedId } = await posts.insertOne({ title: "first", likes: 1 });
  await posts.updateOne({ _id: insertedId }, { $inc: { likes: 1 } });
  await posts.replaceOne({ _id: insertedId }, { title: "second" });
  await posts.deleteOne({ _id: insertedId });
  await listener.reaches(id, 4);

  const documentKey = { _id: { $oid: insertedId.toHexString() } };
  const changes: Change[] = listener.of(id).map((event) => event.change);
  expect(changes[0]).toEqual({ operationType: "insert", documentKey, fullDocument: { ...documentKey, title: "first", likes: 1 }, updateDescription: null });
  expect(changes[1]).toMatchObject({ operationType: "update", documentKey, updateDescription: { updatedFields: { likes: 2 }, removedFields: [] } });
  expect(changes[2]).toMatchObject({ operationType: "replace", documentKey, fullDocument: { title: "second" } });
  expect(changes[3]).toEqual({ operationType: "delete", documentKey, updateDescription: null });
  for (const event of listener.of(id)) {
    expect(event).toMatchObject({ id, uri: "posts/all" });
    expect(event.after).toMatch(/./);
  }
  expect(listener.faults).toEqual([]);
});

test("each is told what its variables select, and nothing behind unsubscribe_stream", async () => {
  const { server, posts } = await serverWithPosts();
  await declared(server, "posts/mine", { operations: ["insert"], stages: [fieldIs("name", "n")] });
  const [alice, bob] = await Promise.all([Listener.on(server, "alice"), Listener.on(server, "bob")]);
  const a = await alice.open({ uri: "posts/mine", vars: { n: "ann" } });
  const b = await bob.open({ uri: "posts/mine", vars: { n: "ben" } });
  const both = await bob.open({ uri: "posts/mine", vars: { n: "ann" } });
  expect(both).not.toBe(b);

  await posts.insertMany([1, 2, 3, 4].map((n) => ({ n, name: n % 2 ? "ann" : "ben" })));
  await Promise.all([alice.reaches(a, 2), bob.reaches(b, 2), bob.reaches(both, 2)]);
  expect(alice.values(a, "n")).toEqual([1, 3]);
  expect(bob.values(b, "n")).toEqual([2, 4]);
  expect(bob.values(both, "n")).toEqual([1, 3]);

  expect(await bob.close(both)).toMatchObject({ ok: true, id: both });
  expect(await bob.close(both)).toMatchObject({ ok: true });
  await posts.insertMany([5, 6].map((n) => ({ n, name: n % 2 ? "ann" : "ben" })));
  await Promise.all([alice.reaches(a, 3), bob.reaches(b, 3)]);
  expect(bob.values(both, "n")).toEqual([1, 3]);
  expect([...alice.faults, ...bob.faults]).toEqual([]);
});

test("an event never leaves before the answer that brings its id, nor behind the end", async () => {
  const OPENINGS = 60;
  const { server, posts } = await serverWithPosts();
  await declared(server, "posts/all");
  const listener = await Listener.on(server, "alice");
  let writing = true;
  const writer = (async () => {
    for (let n = 0; writing; n++) await posts.insertOne({ n });
  })();
  for (let i = 0; i < OPENINGS; i++) {
    const id = await listener.open({ uri: "posts/all", initial: i % 2 === 0 });
    await listener.reaches(id, 2);
    await listener.close(id);
  }
  writing = false;
  await writer;
  expect(listener.faults).toEqual([]);
});

test("what any program declares holds on every instance at once, and those who listened are told", async () => {
  const { server, store, database, posts } = await serverWithPosts();
  const other = await Server.start(store);
  const streams = database.collection("streams");
  const declaration = { uri: "mine", watch: { collection: "posts" }, stages: [{ _$match: { "fullDocument::name": { _$var: "n" } } }], access: { public: true } };
  await streams.insertOne({ ...declaration });
  const here = await Listener.on(server, "alice");
  const there = await Listener.on(other, "bob");
  const request = { uri: "posts/mine", vars: { n: "ann" } };
  await Promise.all([knows(here, request), knows(there, request)]);
  const open = async (): Promise<[string, string]> => Promise.all([here.open(request), there.open(request)]);

  let [a, b] = await open();
  await posts.insertOne({ name: "ann" });
  await Promise.all([here.reaches(a, 1), there.reaches(b, 1)]);
  await streams.updateOne({ uri: "mine" }, { $set: { operations: ["insert"] } });
  expect(await Promise.all([here.ends(a), there.ends(b)])).toEqual(["changed", "changed"]);

  [a, b] = await open();
  await posts.insertOne({ name: "ann" });
  await Promise.all([here.reaches(a, 1), there.reaches(b, 1)]);
  await streams.updateOne({ uri: "mine" }, { $set: { access: { roles: ["staff"] } } });
  const reasons = await Promise.all([here.ends(a), there.ends(b)]);
  expect(["changed", "forbidden"]).toContain(reasons[0]);
  expect(reasons[1]).toBe(reasons[0]);
  await until("it is refused", async () => (await here.try(request)).error?.code === "FORBIDDEN");

  await streams.updateOne({ uri: "mine" }, { $set: { access: { public: true } } });
  await Promise.all([knows(here, request), knows(there, request)]);
  [a, b] = await open();
  await streams.deleteOne({ uri: "mine" });
  expect(await Promise.all([here.ends(a), there.ends(b)])).toEqual(["removed", "removed"]);
  expect((await here.try(request)).error?.code).toBe("NOT_FOUND");
});

test("a stream ends when its collection is dropped", async () => {
  const { server, posts } = await serverWithPosts();
  await declared(server, "posts/all");
  const listener = await Listener.on(server, "alice");
  const id = await listener.open({ uri: "posts/all" });
  await posts.insertOne({ n: 1 });
  await listener.reaches(id, 1);
  await posts.drop();
  expect(await listener.ends(id)).toBe("dropped");
});

test("a client that comes back with the last after misses nothing, also over a restart of the server", async () => {
  const AWAY = 500;
  const { server, posts } = await serverWithPosts();
  await declared(server, "posts/mine", { stages: [fieldIs("name", "n")] });
  const request = { uri: "posts/mine", vars: { n: "ann" } };
  const before = await Listener.on(server, "alice");
  const id = await before.open(request);
  await posts.insertOne({ n: 0, name: "ann" });
  await before.reaches(id, 1);
  const after = before.of(id)[0]?.after;
  if (!after) throw new Error("no after");
  before.socket.disconnect();
  expect((await server.terminate()).code).toBe(0);
  await posts.insertMany(Array.from({ length: 2 * AWAY }, (_, i) => ({ n: 1 + Math.floor(i / 2), name: i % 2 ? "ben" : "ann" })));
  await server.restart();

  for (const options of [WEBSOCKET, { transports: ["polling"] }]) {
    const listener = await Listener.on(server, "alice", options);
    await knows(listener, request);
    const again = await listener.open({ ...request, after });
    await listener.reaches(again, AWAY);
    expect(listener.values(again, "n")).toEqual(Array.from({ length: AWAY }, (_, i) => i + 1));
    expect(listener.faults).toEqual([]);
    listener.socket.disconnect();
  }
});

test("with initial the documents that match come first, then the mark, then every change", async () => {
  const { server, posts } = await serverWithPosts();
  await posts.insertMany([1, 2, 3, 4].map((n) => ({ n, name: n % 2 ? "ann" : "ben" })));
  await declared(server, "posts/mine", { stages: [fieldIs("name", "n")] });
  const listener = await Listener.on(server, "alice");
  const id = await listener.open({ uri: "posts/mine", vars: { n: "ann" }, initial: true });
  await listener.reaches(id, 3);
  const changes = listener.of(id).map((event) => event.change);
  expect(changes.slice(0, 2).map((change) => change.operationType)).toEqual(["initial", "initial"]);
  expect(new Set(listener.values(id, "n").slice(0, 2))).toEqual(new Set([1, 3]));
  expect(changes[2]).toEqual({ ready: true });
  expect(listener.of(id)[0]).not.toHaveProperty("after");

  await posts.insertOne({ n: 5, name: "ann" });
  await listener.reaches(id, 4);
  expect(listener.of(id)[3]?.change).toMatchObject({ operationType: "insert", fullDocument: { n: 5 } });
});

test("bad input is refused with what is wrong, and the socket goes on", async () => {
  const { server, posts } = await serverWithPosts();
  await declared(server, "posts/all");
  await declared(server, "posts/secret", { access: { roles: ["staff"] } });
  await declared(server, "posts/typed", {
    stages: [fieldIs("n", "n"), { $match: { "fullDocument.by": { $var: "sub" } } }],
    vars: { n: { type: "int" }, sub: { from: "token" } },
  });
  const listener = await Listener.on(server, "alice");
  const ok = await listener.open({ uri: "posts/typed", vars: { n: 1 } });
  const all = await listener.open({ uri: "posts/all" });
  await posts.insertOne({ n: 1, by: "alice" });
  await listener.reaches(all, 1);
  await listener.reaches(ok, 1);
  const after = listener.of(all)[0]?.after ?? "";
  const typed = (vars: unknown): object => ({ uri: "posts/typed", vars });

  const table: [what: unknown, code: string, field?: string, reason?: string][] = [
    [undefined, "BAD_REQUEST", "payload"],
    ["posts/all", "BAD_REQUEST", "payload"],
    [{}, "BAD_REQUEST", "uri"],
    [{ uri: 7 }, "BAD_REQUEST", "uri"],
    [{ uri: "" }, "BAD_REQUEST", "uri"],
    [{ uri: "/all" }, "BAD_REQUEST", "uri"],
    [{ uri: "posts/all/more" }, "BAD_REQUEST", "uri"],
    [{ uri: "posts/none" }, "NOT_FOUND"],
    [{ uri: "all" }, "NOT_FOUND"],
    [{ uri: "undeclared/all" }, "NOT_FOUND"],
    [{ uri: "posts/secret" }, "FORBIDDEN"],
    [typed([]), "BAD_REQUEST", "vars"],
    [typed("n=1"), "BAD_REQUEST", "vars"],
    [typed(null), "BAD_REQUEST", "vars"],
    [typed({ n: new Uint8Array([1]) }), "BAD_REQUEST", "vars"],
    [typed({}), "BAD_REQUEST", "vars.n", "QueryVariableNotBound"],
    [{ uri: "posts/typed" }, "BAD_REQUEST", "vars.n", "QueryVariableNotBound"],
    [typed({ n: "one" }), "BAD_REQUEST", "vars.n"],
    [typed({ n: 1.5 }), "BAD_REQUEST", "vars.n"],
    [typed({ n: null }), "BAD_REQUEST", "vars.n"],
    [typed({ n: [1] }), "BAD_REQUEST", "vars.n"],
    [typed({ n: { $gt: 0 } }), "BAD_REQUEST", "vars.n"],
    [typed({ n: 1, more: 1 }), "BAD_REQUEST", "vars.more"],
    [typed({ n: 1, sub: "bob" }), "BAD_REQUEST", "vars.sub"],
    [{ uri: "posts/all", after: 7 }, "BAD_REQUEST", "after"],
    [{ uri: "posts/all", after: "" }, "BAD_REQUEST", "after"],
    [{ uri: "posts/all", after: "forged" }, "BAD_REQUEST", "after"],
    [{ uri: "posts/all", after: after.slice(0, -2) }, "BAD_REQUEST", "after"],
    [{ uri: "posts/all", after: `${after}00` }, "BAD_REQUEST", "after"],
    [{ uri: "posts/typed", vars: { n: 1 }, after }, "BAD_REQUEST", "after"],
    [{ uri: "posts/all", after, initial: true }, "BAD_REQUEST", "initial"],
    [{ uri: "posts/all", initial: "yes" }, "BAD_REQUEST", "initial"],
  ];
  for (const [what, code, field, reason] of table) {
    const answer = await listener.try(what);
    const { error } = answer;
    expect({ what, code: error?.code, field: error?.details?.field, reason: error?.details?.reason }).toEqual({ what, code, field, reason });
  }
  expect((await listener.try({ uri: "posts/typed" })).error?.message).toContain("variable n not bound");
  for (const [id, code, field] of [[7, "BAD_REQUEST", "id"], ["99", "NOT_FOUND", "id"], ["x", "NOT_FOUND", "id"], [undefined, "BAD_REQUEST", "id"]] as const) {
    const { error } = await ask(listener.socket, "unsubscribe_stream", { id });
    expect({ id, code: error?.code, field: error?.details?.field }).toEqual({ id, code, field });
  }

  await posts.insertOne({ n: 1, by: "alice" });
  await Promise.all([listener.reaches(all, 2), listener.reaches(ok, 2)]);
  expect(listener.faults).toEqual([]);
});

test("a socket has at most 100 streams open", async () => {
  const MOST = 100;
  const { server } = await serverWithPosts();
  await declared(server, "posts/mine", { stages: [fieldIs("name", "n")] });
  const listener = await Listener.on(server, "alice");
  const ids: string[] = [];
  for (let n = 0; n < MOST; n++) ids.push(await listener.open({ uri: "posts/mine", vars: { n: `name ${n}` } }));
  expect(new Set(ids).size).toBe(MOST);
  expect((await listener.try({ uri: "posts/mine", vars: { n: "more" } })).error).toMatchObject({ code: "BAD_REQUEST", details: { field: "uri" } });
  await listener.close(ids[0] ?? "");
  expect(ids).not.toContain(await listener.open({ uri: "posts/mine", vars: { n: "more" } }));
});

test("a token with other roles ends the streams: who still may opens them again", async () => {
  const { server, posts } = await serverWithPosts();
  await declared(server, "posts/secret", { access: { roles: ["staff"] } });
  const listener = await Listener.on(server, "alice", { ...WEBSOCKET, auth: { token: tokenFor("alice", { roles: ["staff"] }) } });
  const id = await listener.open({ uri: "posts/secret" });
  await posts.insertOne({ n: 1 });
  await listener.reaches(id, 1);
  await must(listener.socket, "refresh_auth", { token: tokenFor("alice", { roles: ["staff"] }) });
  await posts.insertOne({ n: 2 });
  await listener.reaches(id, 2);
  expect(listener.closed).toEqual([]);

  await must(listener.socket, "refresh_auth", { token: tokenFor("alice") });
  expect(await listener.ends(id)).toBe("changed");
  const after = listener.of(id)[1]?.after ?? "";
  expect((await listener.try({ uri: "posts/secret", after })).error?.code).toBe("FORBIDDEN");
  await must(listener.socket, "refresh_auth", { token: tokenFor("alice", { roles: ["staff"] }) });
  await posts.insertOne({ n: 3 });
  const again = await listener.open({ uri: "posts/secret", after });
  await listener.reaches(again, 1);
  expect(listener.values(again, "n")).toEqual([3]);
});

test("a declaration with events is told to sockets that subscribed to nothing", async () => {
  const { server, posts } = await serverWithPosts();
  const alice = await connected(server.url, "alice", WEBSOCKET);
  const bob = await connected(server.url, "bob", WEBSOCKET);
  const heard: Record<string, unknown[]> = { alice: [], bob: [] };
  alice.on("post_added", (post: unknown) => heard["alice"]?.push(post));
  bob.on("post_added", (post: unknown) => heard["bob"]?.push(post));
  await declared(server, "posts/told", { events: { insert: "post_added" }, room: "user-{fullDocument.userId}" });
  // The stream that tells is opened a moment after the declaration: what is heard first shows that it is.
  let n = 0;
  await until("alice is told", async () => {
    await posts.insertOne({ n: n++, userId: "alice" });
    return (heard["alice"]?.length ?? 0) > 0;
  });
  const { insertedId } = await posts.insertOne({ last: true, userId: "bob" });
  await until("bob is told", () => (heard["bob"]?.length ?? 0) > 0);
  expect(heard["bob"]).toEqual([{ id: insertedId.toHexString(), last: true, userId: "bob" }]);
});

test("streams watch the database that -feeds-database names", async () => {
  const { server, database, posts, store } = await serverWithPosts();
  const other = database.client.db(`${database.databaseName}_feeds`);
  try {
    const apart = await Server.start(store, "-feeds-database", other.databaseName);
    await declared(server, "posts/all");
    const [here, there] = await Promise.all([Listener.on(server, "alice"), Listener.on(apart, "bob")]);
    await knows(there, { uri: "posts/all" });
    const [a, b] = await Promise.all([here.open({ uri: "posts/all" }), there.open({ uri: "posts/all" })]);
    await posts.insertOne({ where: "chat" });
    await other.collection("posts").insertOne({ where: "feeds" });
    await Promise.all([here.reaches(a, 1), there.reaches(b, 1)]);
    expect(here.values(a, "where")).toEqual(["chat"]);
    expect(there.values(b, "where")).toEqual(["feeds"]);
  } finally {
    await other.dropDatabase();
  }
});

test("the chat's own collections are no streams", async () => {
  const { server } = await serverWithPosts();
  for (const name of ["messages", "users", "streams", "notifications"]) {
    const answer = await declare(server, `${name}/all`);
    expect([name, answer.status]).toEqual([name, 403]);
  }
  expect(await (await call(server, "GET", "")).text()).not.toContain("messages");
});

test("without MongoDB there are no streams, and the server says why", async () => {
  const server = await Server.start(await openEmbedded());
  const listener = await Listener.on(server, "alice");
  expect((await listener.try({ uri: "posts/all" })).error).toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("MongoDB") as string });
  const answer = await declare(server, "posts/all");
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining("MongoDB")]);
});

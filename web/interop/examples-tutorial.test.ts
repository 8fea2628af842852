import { expect, inject, test } from "vitest";
import { command, EXAMPLES, Feed, program, succeeds } from "./harness/feeds";
import { openMongoDB, Server } from "./harness/server";

const SCRIPT_MS = 60_000;

/** A server of the tutorial: a database of its own for feeds, and an admin who is an account. */
async function tutorial(): Promise<{ server: Server; step: (...steps: string[]) => Promise<string>; host: string }> {
  const store = await openMongoDB(inject("mongodbUri"));
  const feeds = await openMongoDB(inject("mongodbUri"));
  const name = feeds.database?.databaseName ?? "";
  const password = "correct-horse-battery";
  command(store, ["account", "add"], ["-name", "admin", "-role", "admin"], { ROOMSTREAM_ACCOUNT_PASSWORD: password });
  const server = await Server.start(store, "-accounts", "-feeds-database", name);
  const env = { ROOMSTREAM_HOST: `127.0.0.1:${server.port}`, ROOMSTREAM_PASSWORD: password };
  const step = (...steps: string[]): Promise<string> => succeeds(program("sh", ["run.sh", ...steps], `${EXAMPLES}/tutorial`, env), SCRIPT_MS);
  return { server, step, host: `admin:${password}@127.0.0.1:${server.port}` };
}

test("the tutorial's script does everything from the declaration to an open stream", async () => {
  const { step } = await tutorial();
  const output = await step();
  expect(output).toMatch(/"operationType":"insert".*"uji"|"uji".*"operationType":"insert"/);
  expect(output).toContain("variable n not bound");
});

for (const keys of ["declare", "declare-plain"]) {
  test(`a plain WebSocket client with a name and a password in its address hears what is meant for it (${keys})`, async () => {
    const { server, step, host } = await tutorial();
    expect(await step(keys, "links")).toContain("/messages/_streams/all");
    const mine = await Feed.open(server, `ws://${host}/messages/_streams/mine?n=uji`);
    const others = await Feed.open(server, `ws://${host}/messages/_streams/mine?avars=${encodeURIComponent('{"n":"nemo"}')}`);
    const all = await Feed.open(server, `ws://${host}/messages/_streams/all`);
    await step("create");
    await Promise.all([mine.reaches(1), others.reaches(1), all.reaches(2)]);

    const [frame] = mine.frames;
    const key = frame?.documentKey;
    expect(frame).toMatchObject({ operationType: "insert", documentKey: key, fullDocument: { ...key, message: "hello", name: "uji" }, updateDescription: null });
    expect(key).toEqual({ _id: { $oid: expect.stringMatching(/^[0-9a-f]{24}$/) as string } });
    expect(others.documents).toMatchObject([{ message: "not for uji", name: "nemo" }]);
    expect(all.documents).toMatchObject([{ name: "nemo" }, { name: "uji" }]);
    await step("create");
    await mine.reaches(2);
    expect(mine.documents).toMatchObject([{ name: "uji" }, { name: "uji" }]);
  });
}

test("a stream without its variable is refused, over a WebSocket too", async () => {
  const { server, step, host } = await tutorial();
  await step("declare", "unbound");
  await expect(Feed.open(server, `ws://${host}/messages/_streams/mine`)).rejects.toThrow("400");
  await expect(Feed.open(server, `ws://${host}/messages/_streams/none`)).rejects.toThrow("404");
});

for (const opening of ["open-by-role", "open-by-rule"]) {
  test(`$unauthenticated lets everybody in (${opening})`, async () => {
    const { server, step } = await tutorial();
    await step("declare");
    await expect(Feed.open(server, "/messages/_streams/all")).rejects.toThrow("401");
    await step(opening);
    const feed = await Feed.open(server, "/messages/_streams/all");
    await expect(Feed.open(server, "/messages/_streams/mine?n=uji")).rejects.toThrow("401");
    await step("create");
    await feed.reaches(2);
    expect(feed.documents).toMatchObject([{ name: "nemo" }, { name: "uji" }]);
  });
}

import { expect, onTestFinished, test } from "vitest";
import { ask, connected, must, WEBSOCKET, type Answer } from "./harness/client";
import { Follower } from "./harness/follower";
import { Mongod } from "./harness/mongod";
import { openMongoDB, Server } from "./harness/server";
import { tokenFor } from "./harness/token";
import { lasting, until, within } from "./harness/wait";

const PAUSE_MS = 10_000;
/** Elections, backoff and a heartbeat: how long until everything goes on. */
const RECOVERY_MS = 30_000;

test("a mongod that hangs for 10 s: senders are told, /readyz is red, and everything goes on by itself", async () => {
  const mongod = await Mongod.start();
  onTestFinished(() => mongod.stop());
  const server = await Server.start(await openMongoDB(mongod.uri));
  const listener = new Follower(await connected(server.url, "bob", WEBSOCKET), "general");
  await listener.join();
  const told = await connected(server.url, "alice", WEBSOCKET);
  const silent = await connected(server.url, "carol", { ...WEBSOCKET, auth: { token: tokenFor("carol"), retry: "silent" }, retries: 10, ackTimeout: 4000 });
  await must(told, "send_message", { roomId: "general", text: "before" });
  await listener.reaches(1);

  await mongod.pause();
  // Also when the test fails half-way: a process that stands still can be killed, but let it end tidily.
  onTestFinished(() => mongod.resume());

  // Without retry: "silent" the failure is answered, and says to try again.
  const message = { roomId: "general", text: "told", clientId: "told" };
  const answered = ask(told, "send_message", message);
  // It comes within 8 s; on a busy machine the mongod hangs on until it has.
  const paused = Promise.all([lasting(PAUSE_MS), answered]).then(() => mongod.resume());
  // With it, nothing is answered until the stock client's own retry succeeds.
  const silentAnswers: Answer[] = [];
  const delivered = new Promise<Answer>((resolve, reject) => {
    silent.emit("send_message", { roomId: "general", text: "silent", clientId: "silent" }, (error: Error | null, answer: Answer) => {
      if (answer) silentAnswers.push(answer);
      return error ? reject(error) : resolve(answer);
    });
  });
  await until("/readyz is red", async () => (await server.readiness()) === 503, PAUSE_MS);

  const answer = await answered;
  expect(["TIMEOUT", "UNAVAILABLE"]).toContain(answer.error?.code);
  expect(answer.error?.retryable).toBe(true);

  await paused;
  expect((await within("the silent send is delivered", delivered, RECOVERY_MS)).ok).toBe(true);
  await until("/readyz is green", async () => (await server.readiness()) === 200, RECOVERY_MS);
  await until("the told send succeeds", async () => (await ask(told, "send_message", message)).ok === true, RECOVERY_MS);
  await must(told, "send_message", { roomId: "general", text: "after" });

  await listener.reaches(4);
  expect(listener.texts.toSorted()).toEqual(["after", "before", "silent", "told"]);
  expect(listener.texts.at(-1)).toBe("after");
  expect([listener.duplicates, listener.faults]).toEqual([0, []]);
  expect(silentAnswers).toHaveLength(1);
  const { messages } = await must(listener.socket, "get_history", { roomId: "general" });
  expect(messages.map((stored) => stored.text)).toEqual(listener.texts);
});

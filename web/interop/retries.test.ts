import { describe, expect, test } from "vitest";
import { connected, must, type Answer } from "./harness/client";
import { Follower } from "./harness/follower";
import { holdsAck, Proxy, type Downstream } from "./harness/proxy";
import { Server, stores } from "./harness/server";
import { tokenFor } from "./harness/token";
import { within } from "./harness/wait";

// Short, so that lost answers are missed soon; the stock client sends one packet at a time.
const STOCK_RETRIES = { transports: ["websocket"], retries: 5, ackTimeout: 1000 };

const texts = (n: number): string[] => Array.from({ length: n }, (_, i) => `text ${i + 1}`);

/** Lets an answer through only when it is the nth of its message. */
function losing(fate: "drop" | "cut", times: number): Downstream {
  let lost = 0;
  return (chunk) => {
    if (!holdsAck(chunk)) return "pass";
    if (lost < times) {
      lost++;
      return fate;
    }
    lost = 0;
    return "pass";
  };
}

describe.each(stores)("the stock client's retries, on $name", ({ open }) => {
  test.each([
    { fault: "the answer is lost once", fate: "drop", times: 1, count: 4 },
    { fault: "the answer is lost three times", fate: "drop", times: 3, count: 1 },
    { fault: "the connection breaks instead of the answer", fate: "cut", times: 1, count: 10 },
  ] as const)("store one message for each, in order, when $fault", async ({ fate, times, count }) => {
    const server = await Server.start(await open());
    const proxy = await Proxy.to(server.port);
    const follower = new Follower(await connected(server.url, "bob"), "general");
    await follower.join();

    const sender = await connected(proxy.url, "alice", { ...STOCK_RETRIES, auth: { token: tokenFor("alice"), retry: "silent" } });
    proxy.downstream = losing(fate, times);
    const answers = await within("all answers", Promise.all(texts(count).map((text, i) => send(sender, { roomId: "general", text, clientId: `id ${i}` }))), 60_000);

    expect(answers.map((answer) => answer.seq)).toEqual(texts(count).map((_, i) => i + 1));
    // Each was stored by its first send, and what came through is the answer to a later one.
    expect(answers.map((answer) => answer.duplicate)).toEqual(texts(count).map(() => true));
    await follower.reaches(count);
    expect(follower.texts).toEqual(texts(count));
    const { messages } = await must(follower.socket, "get_history", { roomId: "general" });
    expect(messages.map((message) => message.text)).toEqual(texts(count));
    expect([follower.duplicates, follower.holes, follower.faults]).toEqual([0, 0, []]);
  });

  test("are not used for what is refused for good", async () => {
    const server = await Server.start(await open());
    const sender = await connected(server.url, "alice", { ...STOCK_RETRIES, auth: { token: tokenFor("alice"), retry: "silent" } });
    const refused = await within("a refusal", send(sender, { roomId: "general", text: "" }), 900);
    expect(refused.error).toMatchObject({ code: "BAD_REQUEST", retryable: false });
    expect((await send(sender, { roomId: "general", text: "next", clientId: "next" })).seq).toBe(1);
  });
});

function send(socket: Awaited<ReturnType<typeof connected>>, message: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    socket.emit("send_message", message, (error: Error | null, answer: Answer) => (error ? reject(error) : resolve(answer)));
  });
}

import { describe, expect, test } from "vitest";
import type { Socket } from "socket.io-client";
import { ask, connected, must, transports, WEBSOCKET, type Message } from "./harness/client";
import { Server, stores } from "./harness/server";
import { until } from "./harness/wait";

/** Every new_message a socket is given, as it comes. */
function record(socket: Socket): Message[] {
  const messages: Message[] = [];
  socket.on("new_message", (message: Message) => messages.push(message));
  return messages;
}

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe.each(stores)("a room on $name", ({ open }) => {
  test.each(transports)("is heard by every member, once and in order, when the speaker is on $name", async ({ transports: speaking }) => {
    const COUNT = 100;
    const server = await Server.start(await open());
    const speaker = await connected(server.url, "alice", { transports: speaking });
    const members = [speaker];
    for (const { name, transports: listening } of transports) members.push(await connected(server.url, `on ${name}`, { transports: listening }));
    const heard = members.map(record);
    for (const member of members) expect(await must(member, "join_room", "general")).toMatchObject({ lastSeq: 0, events: [], more: false });

    // Without waiting for answers: the order of sending is the order of the room.
    const answers = await Promise.all(numbers(COUNT).map((n) => must(speaker, "send_message", { roomId: "general", text: `text ${n}`, clientId: `id ${n}` })));
    expect(answers.map((answer) => answer.seq)).toEqual(numbers(COUNT));
    for (const [i, messages] of heard.entries()) {
      await until(`member ${i} has heard ${COUNT}, not ${messages.length}`, () => messages.length >= COUNT);
      expect(messages.map((message) => message.seq)).toEqual(numbers(COUNT));
      expect(messages.map((message) => message.text)).toEqual(numbers(COUNT).map((n) => `text ${n}`));
    }
    expect(heard[0]?.[4]).toEqual({
      id: answers[4]?.id, roomId: "general", seq: 5, text: "text 5", author: "alice", timestamp: answers[4]?.timestamp, clientId: "id 5",
    });
    // Nothing follows: an answer to a question asked now comes behind all that was queued.
    for (const member of members) await must(member, "sync", { rooms: { general: COUNT } });
    expect(heard.map((messages) => messages.length)).toEqual(members.map(() => COUNT));
  });

  test("keeps the order of 500 sends that wait for no answer", async () => {
    const COUNT = 500;
    const server = await Server.start(await open());
    const speaker = await connected(server.url, "alice", WEBSOCKET);
    const listener = await connected(server.url, "bob", WEBSOCKET);
    const heard = record(listener);
    await must(listener, "join_room", "general");
    for (const n of numbers(COUNT)) speaker.emit("send_message", { roomId: "general", text: `${n}` });
    await until("all are heard", () => heard.length >= COUNT);
    expect(heard.map((message) => message.text)).toEqual(numbers(COUNT).map(String));

    const stored: Message[] = [];
    for (let after = 0, more = true; more; after += 100) {
      const page = await must(listener, "get_history", { roomId: "general", after, limit: 100 });
      stored.push(...page.messages);
      more = page.hasAfter;
    }
    expect(stored).toEqual(heard.map((message) => ({ ...message, reactions: {} })));
  });

  test("begins for a newcomer exactly after what its join told, in the middle of a conversation", async () => {
    const COUNT = 300;
    const server = await Server.start(await open());
    const speaker = await connected(server.url, "alice", WEBSOCKET);
    const newcomers = await Promise.all(numbers(8).map((n) => connected(server.url, `newcomer ${n}`, WEBSOCKET)));
    const heard = newcomers.map(record);
    const sends = numbers(COUNT).map((n) => must(speaker, "send_message", { roomId: "general", text: `${n}` }));
    await sends[20];
    const joins = await Promise.all(newcomers.map((newcomer) => must(newcomer, "join_room", { roomId: "general", since: 0 })));
    await Promise.all(sends);
    for (const [i, join] of joins.entries()) {
      const replayed = join.events.map((event) => event.seq);
      expect(replayed).toEqual(numbers(replayed.length));
      expect(join.events.every((event) => event.event === "new_message")).toBe(true);
      if (!join.more) expect(replayed.length).toBe(join.lastSeq);
      await until("the last is heard", () => heard[i]?.at(-1)?.seq === COUNT || join.lastSeq === COUNT);
      expect(heard[i]?.map((message) => message.seq)).toEqual(numbers(COUNT).slice(join.lastSeq));
    }
  });

  test("is heard no more after leaving it", async () => {
    const server = await Server.start(await open());
    const [speaker, leaver] = [await connected(server.url, "alice"), await connected(server.url, "bob")];
    const heard = record(leaver);
    await must(leaver, "join_room", "general");
    await must(leaver, "join_room", { roomId: "other" });
    await must(leaver, "leave_room", "general");
    await must(speaker, "send_message", { roomId: "general", text: "not for bob" });
    await must(speaker, "send_message", { roomId: "other", text: "for bob" });
    await until("bob hears the other room", () => heard.length > 0);
    expect(heard.map((message) => message.text)).toEqual(["for bob"]);
  });

  test("stores one message for one clientId, however often and from wherever it is sent", async () => {
    const server = await Server.start(await open());
    const sockets = [await connected(server.url, "alice", WEBSOCKET), await connected(server.url, "alice", WEBSOCKET)];
    const message = { roomId: "general", text: "once", clientId: "the one" };
    const answers = await Promise.all(numbers(20).map((n) => must(sockets[n % 2]!, "send_message", message)));
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
    expect(answers.map((answer) => answer.seq)).toEqual(answers.map(() => 1));
    expect(answers.filter((answer) => !answer.duplicate)).toHaveLength(1);

    expect((await ask(sockets[0]!, "send_message", { ...message, text: "other words" })).error).toMatchObject({ code: "CONFLICT", retryable: false });
    const bob = await connected(server.url, "bob");
    expect((await must(bob, "send_message", message)).seq).toBe(2);
    expect((await must(sockets[0]!, "send_message", { ...message, roomId: "other" })).seq).toBe(1);
  });

  test("gives its history in pages, from either end", async () => {
    const COUNT = 120;
    const server = await Server.start(await open());
    const socket = await connected(server.url, "alice", WEBSOCKET);
    await Promise.all(numbers(COUNT).map((n) => must(socket, "send_message", { roomId: "general", text: `${n}` })));
    const page = async (query: object): Promise<[number, number, number, boolean, boolean]> => {
      const { messages, hasBefore, hasAfter } = await must(socket, "get_history", { roomId: "general", ...query });
      expect(messages.map((message) => message.seq)).toEqual(numbers(messages.length).map((n) => n - 1 + (messages[0]?.seq ?? 0)));
      return [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? 0, messages.length, hasBefore, hasAfter];
    };
    expect(await page({})).toEqual([71, 120, 50, true, false]);
    expect(await page({ before: 71 })).toEqual([21, 70, 50, true, true]);
    expect(await page({ before: 21, limit: 100 })).toEqual([1, 20, 20, false, true]);
    expect(await page({ after: 0, limit: 1 })).toEqual([1, 1, 1, false, true]);
    expect(await page({ after: 100, limit: 100 })).toEqual([101, 120, 20, true, false]);
    expect((await must(socket, "get_history", { roomId: "general", after: 120 })).messages).toEqual([]);
    expect((await ask(socket, "get_history", { roomId: "general", limit: 101 })).error).toMatchObject({ code: "BAD_REQUEST", details: { field: "limit" } });
  });

  test("answers what is wrong by naming it, once, and goes on", async () => {
    const server = await Server.start(await open());
    const socket = await connected(server.url, "alice");
    const refusals: [string, unknown, string, string | undefined][] = [
      ["send_message", { roomId: "general" }, "BAD_REQUEST", "text"],
      ["send_message", { roomId: "general", text: "" }, "BAD_REQUEST", "text"],
      ["send_message", { roomId: "general", text: 5 }, "BAD_REQUEST", "text"],
      ["send_message", { roomId: "general", text: "x".repeat(8001) }, "BAD_REQUEST", "text"],
      ["send_message", { roomId: "general", text: "a\0b" }, "BAD_REQUEST", "text"],
      ["send_message", { roomId: "no spaces", text: "hi" }, "BAD_REQUEST", "roomId"],
      ["send_message", { roomId: "general", text: "hi", clientId: "é" }, "BAD_REQUEST", "clientId"],
      ["send_message", { roomId: "general", text: "hi", data: [] }, "BAD_REQUEST", "data"],
      ["send_message", { roomId: "general", text: "hi", data: { long: "x".repeat(9000) } }, "TOO_LARGE", "data"],
      ["join_room", { roomId: "general", since: -1 }, "BAD_REQUEST", "since"],
      ["join_room", { roomId: "general", since: 2 ** 53 }, "BAD_REQUEST", "since"],
      ["sync", { rooms: [] }, "BAD_REQUEST", "rooms"],
      ["get_history", { roomId: "general", before: "1" }, "BAD_REQUEST", "before"],
      ["no_such_event", {}, "UNKNOWN_EVENT", undefined],
    ];
    for (const [event, payload, code, field] of refusals) {
      const { error } = await ask(socket, event, payload);
      expect(error, JSON.stringify([event, payload])).toMatchObject({ code, retryable: false, ...(field ? { details: { field } } : {}) });
    }
    const longest = { roomId: "general", text: "💬".repeat(8000), data: { any: ["thing", 1.5, null] }, unknown: "field" };
    expect((await must(socket, "send_message", longest)).seq).toBe(1);
    const { messages } = await must(socket, "get_history", { roomId: "general" });
    expect(messages[0]).toMatchObject({ text: longest.text, data: longest.data });
  });
});

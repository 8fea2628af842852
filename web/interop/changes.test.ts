import { describe, expect, test } from "vitest";
import { ask, connected, must, WEBSOCKET, type Replayed } from "./harness/client";
import { Server, stores } from "./harness/server";
import { tokenFor } from "./harness/token";
import { until } from "./harness/wait";

const KINDS = ["new_message", "message_updated", "message_deleted", "reaction_updated"];

describe.each(stores)("events that change events, on $name", ({ open }) => {
  test("go out in the one line of numbers, are replayed alike, and history folds them", async () => {
    const server = await Server.start(await open());
    const alice = await connected(server.url, "alice", WEBSOCKET);
    const bob = await connected(server.url, "bob");
    const live: Replayed[] = [];
    for (const event of KINDS) bob.on(event, (payload: Replayed) => live.push({ ...payload, event }));
    await must(bob, "join_room", "general");

    const first = await must(alice, "send_message", { roomId: "general", text: "first" }); // 1
    await must(alice, "send_message", { roomId: "general", text: "second" }); // 2
    const reply = await must(bob, "send_message", { roomId: "general", text: "reply", parent: 1 }); // 3
    expect(await must(alice, "edit_message", { roomId: "general", seq: 1, text: "edited", clientId: "e1" })).toEqual({ ok: true, seq: 4 });
    expect(await must(alice, "edit_message", { roomId: "general", seq: 1, text: "edited", clientId: "e1" })).toEqual({ ok: true, seq: 4, duplicate: true });
    expect(await must(bob, "set_reaction", { roomId: "general", seq: 1, emoji: "👩‍🚀", on: true })).toEqual({ ok: true, seq: 5, count: 1 });
    expect(await must(alice, "set_reaction", { roomId: "general", seq: 1, emoji: "👩‍🚀", on: true })).toEqual({ ok: true, seq: 6, count: 2 });
    expect(await must(alice, "set_reaction", { roomId: "general", seq: 1, emoji: "👩‍🚀", on: true })).toEqual({ ok: true, seq: 6, count: 2 });
    expect(await must(alice, "delete_message", { roomId: "general", seq: 2 })).toEqual({ ok: true, seq: 7 });

    await until("bob has heard 7", () => live.length >= 7);
    expect(live.map((event) => [event.seq, event.event])).toEqual([
      [1, "new_message"], [2, "new_message"], [3, "new_message"], [4, "message_updated"],
      [5, "reaction_updated"], [6, "reaction_updated"], [7, "message_deleted"],
    ]);
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(live[3]).toEqual({ event: "message_updated", roomId: "general", seq: 4, target: 1, text: "edited", author: "alice", timestamp });
    expect(live[5]).toEqual({
      event: "reaction_updated", roomId: "general", seq: 6, target: 1, emoji: "👩‍🚀", author: "alice", on: true, counts: { "👩‍🚀": 2 },
    });
    expect(live[6]).toEqual({ event: "message_deleted", roomId: "general", seq: 7, target: 2, author: "alice", timestamp });

    // Replayed and live are the same, but for what was deleted since.
    const { events } = await must(bob, "join_room", { roomId: "general", since: 0 });
    const { text: _, ...second } = live[1] as Replayed;
    expect(events).toEqual(live.map((event) => (event.seq === 2 ? { ...second, deleted: true } : event)));
    expect((await must(bob, "sync", { rooms: { general: 0 } })).rooms["general"]?.events).toEqual(events);

    const { messages } = await must(bob, "get_history", { roomId: "general" });
    expect(messages).toEqual([
      {
        id: first.id, roomId: "general", seq: 1, text: "edited", author: "alice", timestamp: first.timestamp, editedAt: live[3]?.timestamp, editSeq: 4,
        reactions: { "👩‍🚀": { count: 2, me: true } }, replies: { count: 1, lastSeq: 3 },
      },
      { id: live[1]?.id, roomId: "general", seq: 2, deleted: true, author: "alice", timestamp: live[1]?.timestamp, reactions: {} },
      { id: reply.id, roomId: "general", seq: 3, text: "reply", author: "bob", timestamp: reply.timestamp, parent: 1, reactions: {} },
    ]);
    expect((await must(bob, "get_history", { roomId: "general", parent: 1 })).messages.map((m) => m.seq)).toEqual([3]);
    const rest = await fetch(`${server.url}/api/rooms/general/messages?parent=1`, { headers: { authorization: `Bearer ${tokenFor("bob")}` } });
    expect(((await rest.json()) as { messages: { seq: number }[] }).messages.map((m) => m.seq)).toEqual([3]);
  });

  test("are refused with a code that says why, and then write nothing", async () => {
    const server = await Server.start(await open());
    const alice = await connected(server.url, "alice", WEBSOCKET);
    const bob = await connected(server.url, "bob", WEBSOCKET);
    await must(alice, "send_message", { roomId: "general", text: "first" }); // 1
    await must(alice, "send_message", { roomId: "general", text: "gone" }); // 2
    await must(alice, "delete_message", { roomId: "general", seq: 2 }); // 3
    await must(alice, "send_message", { roomId: "other", text: "elsewhere" });
    const refusals: [string, object, string, string?][] = [
      ["edit_message", { roomId: "general", seq: 1, text: "mine" }, "FORBIDDEN"],
      ["delete_message", { roomId: "general", seq: 1 }, "FORBIDDEN"],
      ["edit_message", { roomId: "general", seq: 3, text: "x" }, "NOT_FOUND", "seq"],
      ["edit_message", { roomId: "other", seq: 2, text: "x" }, "NOT_FOUND", "seq"],
      ["edit_message", { roomId: "nowhere", seq: 1, text: "x" }, "NOT_FOUND"],
      ["edit_message", { roomId: "general", seq: 2, text: "x" }, "GONE"],
      ["delete_message", { roomId: "general", seq: 2 }, "GONE"],
      ["set_reaction", { roomId: "general", seq: 2, emoji: "👍", on: true }, "GONE"],
      ["set_reaction", { roomId: "general", seq: 1, emoji: "👍👍", on: true }, "BAD_REQUEST", "emoji"],
      ["set_reaction", { roomId: "general", seq: 1, emoji: "", on: true }, "BAD_REQUEST", "emoji"],
      ["set_reaction", { roomId: "general", seq: 1, emoji: "👍" }, "BAD_REQUEST", "on"],
      ["set_reaction", { roomId: "general", seq: 1, emoji: "👍", on: 1 }, "BAD_REQUEST", "on"],
      ["edit_message", { roomId: "general", seq: 1, text: "" }, "BAD_REQUEST", "text"],
      ["edit_message", { roomId: "general", text: "x" }, "BAD_REQUEST", "seq"],
      ["edit_message", { roomId: "general", seq: 0, text: "x" }, "BAD_REQUEST", "seq"],
      ["edit_message", { roomId: "general", seq: -1, text: "x" }, "BAD_REQUEST", "seq"],
      ["edit_message", { roomId: "general", seq: "1", text: "x" }, "BAD_REQUEST", "seq"],
      ["edit_message", { roomId: "general", seq: 2 ** 53 + 2, text: "x" }, "BAD_REQUEST", "seq"],
    ];
    for (const [event, payload, code, field] of refusals) {
      const { error } = await ask(bob, event, payload);
      expect(error, `${event} ${JSON.stringify(payload)}`).toMatchObject({ code, retryable: false, ...(field && { details: { field } }) });
    }
    expect((await must(bob, "join_room", "general")).lastSeq).toBe(3);
  });
});

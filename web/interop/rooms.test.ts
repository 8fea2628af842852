import type { Socket } from "socket.io-client";
import { describe, expect, test } from "vitest";
import { ask, must } from "./harness/client";
import { createRoom, enter, hear, instances, listRooms, refused, say, setMember } from "./harness/rooms";
import { Server, stores } from "./harness/server";
import { until } from "./harness/wait";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe.each(stores)("rooms, on $name", ({ open }) => {
  test("are made by one who owns them, and are seen by whom they are for", async () => {
    const [one, two] = await instances(await open(), "-open-rooms=false");
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    const club = await createRoom(alice, { id: "club", name: "The Club", topic: "ours" });
    const plain = { readOnly: false, slowModeMs: 0, archived: false, receipts: false };
    expect(club).toEqual({ id: "club", name: "The Club", type: "private", topic: "ours", ...plain, role: "owner" });
    const nameless = await createRoom(alice, { name: "Hall", type: "public" });
    expect(nameless).toEqual({ id: expect.stringMatching(/^[A-Za-z0-9_.:-]{16,128}$/) as string, name: "Hall", type: "public", topic: "", ...plain, role: "owner" });

    const joined = await must(alice, "join_room", { roomId: "club", since: 0 });
    expect(joined.room).toEqual(club);
    expect(joined.events).toEqual([{ event: "member_updated", roomId: "club", seq: 1, userId: "alice", role: "owner", author: "alice" }]);
    expect((await must(bob, "join_room", nameless.id)).room).toEqual({ ...nameless, role: "member" });
    await say(bob, nameless.id, "hello");

    // What one may not know is not there.
    for (const roomId of ["club", "nowhere", "dm:nowhere"]) {
      for (const [event, payload] of [
        ["join_room", {}], ["send_message", { text: "x" }], ["get_history", {}], ["list_members", {}], ["list_receipts", {}], ["mark_read", { seq: 1 }], ["mark_delivered", { seq: 1 }],
        ["update_room", { name: "x" }], ["set_member", { userId: "bob", role: "member" }], ["create_invitation", {}], ["list_invitations", {}],
        ["edit_message", { seq: 1, text: "x" }], ["delete_message", { seq: 1 }], ["set_reaction", { seq: 1, emoji: "👍", on: true }], ["typing", { on: true }],
        ["set_pin", { seq: 1, on: true }], ["list_pins", {}],
      ] as const) {
        await refused(bob, event, { roomId, ...payload }, "NOT_FOUND");
      }
      expect((await must(bob, "sync", { rooms: { [roomId]: 0 } })).rooms[roomId]).toEqual({ reset: { reason: "forbidden" } });
    }
  });

  test("show pinned messages, told and replayed as every event, on every instance", async () => {
    const [one, two] = await instances(await open());
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "club", type: "public" });
    for (const text of ["one", "two"]) await say(bob, "club", text); // 2 and 3
    await must(bob, "join_room", "club");
    const heard = hear(bob);
    await refused(bob, "set_pin", { roomId: "club", seq: 2, on: true }, "FORBIDDEN");
    // Both at once: each finds the other's.
    await setMember(alice, "club", "bob", "moderator");
    await Promise.all([must(alice, "set_pin", { roomId: "club", seq: 2, on: true }), must(bob, "set_pin", { roomId: "club", seq: 3, on: true })]);
    await until("bob hears of them", () => heard.filter(({ event }) => event === "room_updated").length === 2);
    const pins = (heard.findLast(({ event }) => event === "room_updated")?.["pins"] ?? []) as number[];
    expect([...pins].sort()).toEqual([2, 3]);
    const listed = async (socket: Socket) => (await must(socket, "list_pins", { roomId: "club" })).pins.map(({ seq }) => seq);
    expect(await listed(bob)).toEqual([...pins].reverse());
    await must(bob, "delete_message", { roomId: "club", seq: 3 });
    await until("alice's instance leaves it out", async () => (await listed(alice)).join() === "2");
    const missed = (await must(alice, "sync", { rooms: { club: 4 } })).rooms["club"];
    expect(missed?.events.filter(({ event }) => event === "room_updated").map(({ author }) => author).sort()).toEqual(["alice", "bob"]);
  });

  test("are made once, however often and by however many at once", async () => {
    const [one, two] = await instances(await open());
    const sockets = [await enter(one.url, "alice"), await enter(two.url, "alice")];
    const made = await Promise.all(numbers(20).map((n) => createRoom(sockets[n % 2]!, { clientId: "the one" })));
    expect(new Set(made.map((room) => room.id)).size).toBe(1);
    expect((await must(sockets[0]!, "join_room", made[0]!.id)).lastSeq).toBe(1);
    expect((await createRoom(sockets[0]!, { clientId: "another" })).id).not.toBe(made[0]!.id);
    expect((await createRoom(await enter(one.url, "bob"), { clientId: "the one" })).id).not.toBe(made[0]!.id);

    const others = await Promise.all(numbers(10).map((n) => enter([one.url, two.url][n % 2]!, `user ${n}`)));
    const answers = await Promise.all(others.map((socket) => ask(socket, "create_room", { id: "wanted", name: "Mine", type: "public" })));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    for (const { ok, error } of answers) if (!ok) expect(error).toMatchObject({ code: "CONFLICT", retryable: false });
    await refused(others[0]!, "create_room", { id: "dm:mine", name: "x", type: "public" }, "BAD_REQUEST", { field: "id" });
  });

  test("of two are the same from both sides, also when both open them at once", async () => {
    const [one, two] = await instances(await open());
    const alice = await enter(one.url, "alice");
    const heard = hear(alice);
    for (const n of numbers(8)) {
      const other = await enter(two.url, `user ${n}`);
      const [hers, his] = await Promise.all([must(alice, "open_direct", { userId: `user ${n}` }), must(other, "open_direct", { userId: "alice" })]);
      expect(hers.room).toMatchObject({ type: "direct", role: "member", userId: `user ${n}` });
      expect(his.room).toMatchObject({ type: "direct", role: "member", userId: "alice", id: hers.room.id });
      await say(other, hers.room.id, "hello");
      const { messages } = await must(alice, "get_history", { roomId: hers.room.id });
      expect(messages.map((message) => message.text)).toEqual(["hello"]);
      await until("alice is told of the room", () => heard.some((h) => h.event === "room_added" && (h["room"] as { id: string }).id === hers.room.id));
    }
    const first = (await must(alice, "open_direct", { userId: "user 1" })).room;
    expect((await must(alice, "open_direct", { userId: "user 1" })).room).toEqual(first);
    const notes = (await must(alice, "open_direct", { userId: "alice" })).room;
    expect(notes).toMatchObject({ type: "direct", userId: "alice" });
    await say(alice, notes.id, "for me");

    // Nobody else, no settings, no members.
    const [admin, stranger] = [await enter(two.url, "root", { roles: ["admin"] }), await enter(two.url, "user 2")];
    for (const socket of [admin, stranger]) {
      await refused(socket, "join_room", { roomId: first.id }, "NOT_FOUND");
      await refused(socket, "set_member", { roomId: first.id, userId: "root", role: "owner" }, "NOT_FOUND");
    }
    const claimant = await enter(one.url, "eve", { rooms: { [first.id]: "owner" } });
    await refused(claimant, "join_room", { roomId: first.id }, "NOT_FOUND");
    for (const [event, payload] of [
      ["update_room", { name: "x" }], ["set_member", { userId: "eve", role: "member" }], ["set_member", { userId: "alice", role: null }], ["create_invitation", {}],
    ] as const) {
      await refused(alice, event, { roomId: first.id, ...payload }, "FORBIDDEN");
    }
  });

  test("change by events that everybody counts", async () => {
    const [one, two] = await instances(await open());
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "hall", type: "public" });
    await must(bob, "join_room", "hall");
    const heard = hear(bob);
    const settings = { name: "The Hall", topic: "all of it", readOnly: true, slowModeMs: 3_600_000, archived: true, receipts: true };
    const { room } = await must(alice, "update_room", { roomId: "hall", ...settings });
    expect(room).toEqual({ id: "hall", type: "public", ...settings, role: "owner" });
    await must(alice, "update_room", { roomId: "hall", ...settings }); // as it is already
    await must(alice, "update_room", { roomId: "hall", topic: "" });
    await until("bob hears both changes", () => heard.length >= 2);
    const first = { event: "room_updated", roomId: "hall", seq: 2, ...settings, author: "alice" };
    expect(heard).toEqual([first, { ...first, seq: 3, topic: "" }]);
    expect((await must(bob, "sync", { rooms: { hall: 1 } })).rooms["hall"]).toEqual({ events: heard, more: false, lastSeq: 3 });
    expect((await must(bob, "join_room", "hall")).room).toEqual({ ...room, topic: "", role: "member" });
  });

  test("that are archived or read-only are not written to", async () => {
    const [one, two] = await instances(await open());
    const [alice, mod, bob] = [await enter(one.url, "alice"), await enter(two.url, "mod"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "hall", type: "public" });
    await setMember(alice, "hall", "mod", "moderator");
    const mine = await say(bob, "hall", "of bob");
    const writes = [
      ["send_message", { text: "x" }], ["edit_message", { seq: mine, text: "y" }], ["delete_message", { seq: mine }], ["set_reaction", { seq: mine, emoji: "👍", on: true }],
    ] as const;
    await must(alice, "update_room", { roomId: "hall", readOnly: true });
    for (const [event, payload] of writes) await refused(bob, event, { roomId: "hall", ...payload }, "FORBIDDEN", { reason: "read_only" });
    for (const socket of [alice, mod]) await say(socket, "hall", "may");
    expect((await must(bob, "get_history", { roomId: "hall" })).messages).toHaveLength(3);

    await must(alice, "update_room", { roomId: "hall", readOnly: false, archived: true });
    for (const socket of [alice, mod, bob]) {
      await refused(socket, "send_message", { roomId: "hall", text: "x" }, "FORBIDDEN", { reason: "archived" });
      await must(socket, "join_room", "hall");
    }
    for (const [event, payload] of writes) await refused(bob, event, { roomId: "hall", ...payload }, "FORBIDDEN", { reason: "archived" });
    await refused(mod, "update_room", { roomId: "hall", archived: false }, "FORBIDDEN", { reason: "role" });
    await must(alice, "update_room", { roomId: "hall", archived: false });
    await say(bob, "hall", "again");
  });

  test("in slow mode take a member's next message when its time has come", async () => {
    const [one, two] = await instances(await open());
    const [alice, mod] = [await enter(one.url, "alice"), await enter(two.url, "mod")];
    const bob = [await enter(one.url, "bob"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "hall", type: "public" });
    await setMember(alice, "hall", "mod", "moderator");
    await must(mod, "update_room", { roomId: "hall", slowModeMs: 60_000 });
    const first = { roomId: "hall", text: "first", clientId: "c1" };
    const sent = await must(bob[0]!, "send_message", first);
    expect(await must(bob[0]!, "send_message", first)).toEqual({ ...sent, duplicate: true });
    for (const socket of bob) {
      const error = await refused(socket, "send_message", { roomId: "hall", text: "second" }, "RATE_LIMITED");
      expect(error.retryable).toBe(true);
      expect(error.retryAfterMs).toBeGreaterThan(0);
      expect(error.retryAfterMs).toBeLessThanOrEqual(60_000);
    }
    await say(await enter(two.url, "carol"), "hall", "each has a time of his own");
    for (const socket of [alice, alice, mod, mod]) await say(socket, "hall", "free of it");
    await must(mod, "update_room", { roomId: "hall", slowModeMs: 500 });
    await until("bob may again", async () => (await ask(bob[1]!, "send_message", { roomId: "hall", text: "second" })).ok === true);
    const times = (await must(alice, "get_history", { roomId: "hall" })).messages.filter((m) => m.author === "bob").map((m) => Date.parse(m.timestamp));
    expect(times).toHaveLength(2);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(500);
  });

  test("are listed: the public ones and one's own, by pages, with their newest messages", async () => {
    const [one, two] = await instances(await open());
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    for (const n of numbers(5)) await createRoom(alice, { id: `hall-${n}`, name: `Hall ${n}`, type: "public" });
    await createRoom(alice, { id: "secret", name: "Hall of secrets" });
    await say(bob, "hall-2", "hello");
    const ids = async (query: object): Promise<string> => {
      const { rooms, more } = await listRooms(bob, query);
      return rooms.map((room) => room.id).join(" ") + (more ? " …" : "");
    };
    expect(await ids({})).toBe("hall-1 hall-2 hall-3 hall-4 hall-5");
    expect(await ids({ limit: 2 })).toBe("hall-1 hall-2 …");
    expect(await ids({ limit: 2, after: "hall-2" })).toBe("hall-3 hall-4 …");
    expect(await ids({ limit: 2, after: "hall-4" })).toBe("hall-5");
    expect(await ids({ query: "hALL 3" })).toBe("hall-3");
    expect(await ids({ query: "secret" })).toBe("");
    expect((await listRooms(bob, { query: "hall-2" })).rooms[0]).toMatchObject({ lastSeq: 2, last: { text: "hello", author: "bob", seq: 2 } });
    await setMember(alice, "secret", "bob", "reader");
    expect((await listRooms(bob, { query: "SECRETS" })).rooms).toMatchObject([{ id: "secret", role: "reader", type: "private", lastSeq: 2 }]);
    // What one may not know does not make a page end early: the next one goes on where this one ended.
    await setMember(alice, "secret", "bob", null);
    for (const id of ["a-room", "b-room"]) {
      await createRoom(alice, { id });
      await setMember(alice, id, "bob", "member");
      await setMember(alice, id, "bob", null);
    }
    expect(await ids({ limit: 1 })).toBe("hall-1 …");
    for (const query of [".*", "%", "$where", "hall_", "(", "\\"]) expect(await ids({ query }), query).toBe("");
  });

  test("are called what a person can read, to the last character that may be", async () => {
    const server = await Server.start(await open());
    const alice = await enter(server.url, "alice");
    const limits = { name: 128, topic: 1000 };
    await createRoom(alice, { id: "hall", name: "Hall", type: "public" });
    for (const [field, most] of Object.entries(limits)) {
      const bad = ["a\0b", "a\nb", "a\tb", "a\x1bb", "a\x7fb", "a\u0085b", "a\u200eb", "a\u200fb", "a\u202eb", "a\u2066b", "a\u2069b", "a\u061cb"];
      const tooLong = ["x", "é", "日", "💬", "\u0301"].map((character) => `a${character.repeat(most)}`);
      const unseen = field === "name" ? ["", " ", "\u00a0", "\u3000\u2003", "\u200b", "\u2060\ufeff", "\u00ad"] : [];
      for (const text of [...bad, ...tooLong, ...unseen]) {
        await refused(alice, "update_room", { roomId: "hall", [field]: text }, "BAD_REQUEST", { field });
        await refused(alice, "create_room", { name: "x", type: "public", [field]: text }, "BAD_REQUEST", { field });
      }
      for (const character of ["x", "é", "日", "💬", "\u0301"]) {
        const text = `a${character.repeat(most - 1)}`;
        const { room } = await must(alice, "update_room", { roomId: "hall", [field]: text });
        expect(room[field as "name" | "topic"]).toBe(text);
        expect((await must(alice, "create_room", { name: "x", type: "public", [field]: text })).room[field as "name" | "topic"]).toBe(text);
      }
    }
    // Nothing of what was refused is there.
    const { rooms } = await listRooms(alice, { limit: 100 });
    expect(rooms).toHaveLength(1 + 2 * 5);
    expect((await must(alice, "join_room", "hall")).lastSeq).toBe(1 + 2 * 5);
  });
});

import type { Socket } from "socket.io-client";
import { describe, expect, test } from "vitest";
import { ask, must, type Answer } from "./harness/client";
import { arrive, createRoom, enter, hear, inAnHour, instances, refused, say, setMember, type Heard } from "./harness/rooms";
import { Server, stores } from "./harness/server";
import { tokenFor } from "./harness/token";
import { until, within } from "./harness/wait";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe.each(stores)("members, on $name", ({ open }) => {
  test("who are taken out hear of it, and of nothing after, on every instance", async () => {
    const [one, two] = await instances(await open());
    const [alice, witness] = [await enter(one.url, "alice"), await enter(two.url, "wit")];
    await createRoom(alice, { id: "club" });
    await setMember(alice, "club", "wit", "member");
    for (const [how, reason, bannedUntil] of [["removed", "removed", undefined], ["banned", "banned", inAnHour()]] as const) {
      const sub = `bob ${how}`;
      const bobs = [await enter(one.url, sub), await enter(two.url, sub), await enter(two.url, sub)];
      const heard = bobs.map(hear);
      await setMember(alice, "club", sub, "member");
      for (const socket of [alice, witness, ...bobs]) await must(socket, "join_room", "club");
      await until("they are told of the room", () => heard.every((h) => h.some(({ event }) => event === "room_added")));
      await must(bobs[2]!, "leave_room", "club"); // this one is not in it
      for (const h of heard) h.length = 0;

      const seq = await setMember(alice, "club", sub, null, bannedUntil);
      await until("two are out", () => heard.slice(0, 2).every((h) => h.length >= 2));
      const told = new Promise<Heard>((resolve) => witness.once("new_message", resolve));
      await say(alice, "club", "without him");
      expect(await within("who is in hears it", told)).toMatchObject({ seq: seq + 1, text: "without him" });
      for (const socket of bobs) {
        await refused(socket, "join_room", { roomId: "club", since: 0 }, "NOT_FOUND"); // and what came before this answer has come
        await refused(socket, "get_history", { roomId: "club" }, "NOT_FOUND");
        await refused(socket, "send_message", { roomId: "club", text: "x" }, "NOT_FOUND");
        expect((await must(socket, "sync", { rooms: { club: 0 } })).rooms["club"]).toEqual({ reset: { reason: "forbidden" } });
      }
      const updated = { event: "member_updated", roomId: "club", seq, userId: sub, role: null, author: "alice", ...(bannedUntil && { bannedUntil }) };
      const left = { event: "room_left", roomId: "club", reason };
      expect(heard).toEqual([[updated, left], [updated, left], []]);
      expect((await arrive(one.url, sub)).rooms).toEqual([]);
    }
  });

  test("who are banned with a role are in again when the time is over", async () => {
    const [one, two] = await instances(await open());
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "club" });
    await setMember(alice, "club", "bob", "member");
    await must(bob, "join_room", "club");
    const heard = hear(bob);
    await setMember(alice, "club", "bob", "member", new Date(Date.now() + 5000).toISOString());
    await until("bob is out", () => heard.length >= 2);
    expect(heard.map(({ event, reason }) => reason ?? event)).toEqual(["member_updated", "banned"]);
    await refused(bob, "join_room", { roomId: "club" }, "NOT_FOUND");
    await until("bob may again", async () => (await ask(bob, "join_room", "club")).ok === true);
    await say(bob, "club", "back");
  });

  test("may leave for good, and come back where the room is public", async () => {
    const [one, two] = await instances(await open());
    const alice = await enter(one.url, "alice");
    for (const type of ["public", "private"]) {
      await createRoom(alice, { id: type, type });
      const [bob, second] = [await enter(one.url, "bob"), await enter(two.url, "bob")];
      await setMember(type === "public" ? bob : alice, type, "bob", "member");
      expect((await arrive(two.url, "bob")).rooms).toMatchObject([{ id: type, role: "member" }]);
      for (const socket of [bob, second]) await must(socket, "join_room", type);
      const heard = [bob, second].map(hear);
      const seq = await setMember(bob, type, "bob", null);
      await until("both are out", () => heard.every((h) => h.length >= 2));
      for (const h of heard) {
        expect(h).toEqual([{ event: "member_updated", roomId: type, seq, userId: "bob", role: null, author: "bob" }, { event: "room_left", roomId: type, reason: "left" }]);
      }
      expect((await arrive(two.url, "bob")).rooms).toEqual([]);
      if (type === "private") await refused(second, "join_room", { roomId: type }, "NOT_FOUND");
      else {
        await must(second, "join_room", type);
        await setMember(second, type, "bob", "member");
        await setMember(second, type, "bob", null);
      }
    }
  });

  test("leave a room its last owner", async () => {
    const [one, two] = await instances(await open());
    const [alice, admin] = [await enter(one.url, "alice"), await enter(two.url, "root", { roles: ["admin"] })];
    await createRoom(alice, { id: "club" });
    for (const role of [null, "moderator", "member", "reader"]) {
      await refused(alice, "set_member", { roomId: "club", userId: "alice", role }, "CONFLICT");
      await refused(admin, "set_member", { roomId: "club", userId: "alice", role }, "CONFLICT");
    }
    await refused(admin, "set_member", { roomId: "club", userId: "alice", role: "owner", bannedUntil: inAnHour() }, "CONFLICT");
    await setMember(alice, "club", "bob", "owner");
    await setMember(alice, "club", "alice", null);
    await refused(admin, "set_member", { roomId: "club", userId: "bob", role: null }, "CONFLICT");
    await refused(alice, "join_room", { roomId: "club" }, "NOT_FOUND");
  });

  test("of whom two owners lower each other at once: one is lowered", async () => {
    const [one, two] = await instances(await open());
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    for (const n of numbers(10)) {
      const { id } = await createRoom(alice, {});
      await setMember(alice, id, "bob", "owner");
      const answers = await Promise.all([
        ask(alice, "set_member", { roomId: id, userId: "bob", role: n % 2 ? "member" : "reader" }),
        ask(bob, "set_member", { roomId: id, userId: "alice", role: n % 2 ? "member" : "reader" }),
      ]);
      expect(answers.filter((answer) => answer.ok), JSON.stringify(answers)).toHaveLength(1);
      expect(["FORBIDDEN", "CONFLICT"]).toContain(answers.find((answer) => answer.error)?.error?.code);
      const { members } = await must(alice, "list_members", { roomId: id });
      expect(members.filter(({ role }) => role === "owner")).toHaveLength(1);
      expect((await must(alice, "sync", { rooms: { [id]: 0 } })).rooms[id]?.events).toHaveLength(3);
    }
    // Both leave at once: one stays.
    const { id } = await createRoom(alice, {});
    await setMember(alice, id, "bob", "owner");
    const left = await Promise.all([alice, bob].map((socket, i) => ask(socket, "set_member", { roomId: id, userId: ["alice", "bob"][i], role: null })));
    expect(left.filter((answer) => answer.ok)).toHaveLength(1);
    expect(left.find((answer) => answer.error)?.error).toMatchObject({ code: "CONFLICT", retryable: false });
  });

  test("are set where they are not so yet, and are listed", async () => {
    const server = await Server.start(await open());
    const [alice, bob] = [await enter(server.url, "alice"), await enter(server.url, "bob")];
    await createRoom(alice, { id: "club" });
    expect(await setMember(alice, "club", "bob", "reader")).toBe(2);
    expect(await setMember(alice, "club", "bob", "reader")).toBe(2);
    expect(await setMember(alice, "club", "gone", null)).toBe(3);
    const bannedUntil = inAnHour();
    await setMember(alice, "club", "out", "member", bannedUntil);
    const everybody = [{ userId: "alice", role: "owner" }, { userId: "bob", role: "reader" }, { userId: "gone", role: null }, { userId: "out", role: "member", bannedUntil }];
    expect((await must(alice, "list_members", { roomId: "club" })).members).toEqual(everybody);
    expect(await must(bob, "list_members", { roomId: "club" })).toEqual({ ok: true, members: everybody.slice(0, 2), more: false });
    expect(await must(alice, "list_members", { roomId: "club", after: "alice", limit: 2 })).toEqual({ ok: true, members: everybody.slice(1, 3), more: true, next: "gone" });
    await refused(alice, "set_member", { roomId: "club", userId: "bob", role: "member", bannedUntil: "2001-01-01T00:00:00.000Z" }, "BAD_REQUEST", { field: "bannedUntil" });
    await refused(alice, "set_member", { roomId: "club", userId: "bob", role: "king" }, "BAD_REQUEST", { field: "role" });
    await refused(alice, "set_member", { roomId: "club", userId: "b\0b", role: "member" }, "BAD_REQUEST", { field: "userId" });
  });
});

/** What a row of the table of Rights is about: asked as somebody, of a room with the messages and members below. */
type Right = "read" | "write" | "moderate" | "own";

interface Ground {
  roomId: string;
  /** A message of the one who asks, and one of somebody else. */
  mine: number;
  others: number;
}

const ASKED: Record<Right, (ground: Ground) => [string, object][]> = {
  read: () => [["join_room", {}], ["get_history", {}], ["list_members", {}], ["mark_read", { seq: 1 }]],
  write: ({ mine, others }) => [
    ["send_message", { text: "x" }], ["set_reaction", { seq: others, emoji: "👍", on: true }], ["edit_message", { seq: mine, text: "y" }], ["delete_message", { seq: mine }],
  ],
  moderate: ({ others }) => [
    ["delete_message", { seq: others }], ["set_member", { userId: "target", role: "reader" }], ["set_member", { userId: "target", role: "member" }],
    ["set_member", { userId: "target", role: "member", bannedUntil: inAnHour() }], ["set_member", { userId: "target", role: null }],
    ["update_room", { slowModeMs: 1 }], ["create_invitation", {}], ["list_invitations", {}],
  ],
  own: () => [
    ["update_room", { name: "Renamed" }], ["update_room", { topic: "x" }], ["update_room", { receipts: true }], ["update_room", { slowModeMs: 2, topic: "y" }],
    ["update_room", { readOnly: true }], ["update_room", { readOnly: false }], ["update_room", { archived: true }], ["update_room", { archived: false }],
    ["set_member", { userId: "target", role: "moderator" }], ["set_member", { userId: "target", role: "owner" }],
    ["set_member", { userId: "mod", role: "member" }], ["set_member", { userId: "mod", role: null }],
  ],
};

const MAY: Record<string, Right[]> = {
  reader: ["read"],
  member: ["read", "write"],
  moderator: ["read", "write", "moderate"],
  owner: ["read", "write", "moderate", "own"],
};

describe.each(stores)("rights, on $name", ({ open }) => {
  const ways = [
    ...["reader", "member", "moderator", "owner"].map((role) => ({ way: `the role ${role}`, role, stored: role, claims: {} })),
    ...["reader", "member", "moderator", "owner"].map((role) => ({ way: `a claim of ${role}`, role, stored: undefined, claims: { rooms: { club: role } } })),
    { way: "the global role admin", role: "owner", stored: undefined, claims: { roles: ["admin"] } },
  ];
  test.each(ways)("$way allows what its row has, and nothing else", async ({ role, stored, claims }) => {
    const [one, two] = await instances(await open());
    const alice = await enter(one.url, "alice");
    await createRoom(alice, { id: "club" });
    await setMember(alice, "club", "mod", "moderator");
    await setMember(alice, "club", "bob", "member");
    const bob = await enter(two.url, "bob", claims);
    const [mine, others] = [await say(bob, "club", "mine"), await say(alice, "club", "hers")];
    if (stored) await setMember(alice, "club", "bob", stored);
    else {
      // The claim stands alone: nothing is stored of him any more but that he left.
      await setMember(bob, "club", "bob", null);
    }
    await setMember(alice, "club", "target", "member");
    expect((await must(bob, "join_room", "club")).room.role).toBe(role);
    for (const right of ["read", "write", "moderate", "own"] as const) {
      for (const [event, payload] of ASKED[right]({ roomId: "club", mine, others })) {
        const answer: Answer = await ask(bob, event, { roomId: "club", ...payload });
        const what = `${right}: ${event} ${JSON.stringify(payload)} ${JSON.stringify(answer)}`;
        if (MAY[role]?.includes(right)) expect(answer.ok, what).toBe(true);
        else expect(answer.error, what).toMatchObject({ code: "FORBIDDEN", retryable: false });
      }
    }
  });

  test("go by ban, then role, then claim, then what is public", async () => {
    const [one, two] = await instances(await open());
    const alice = await enter(one.url, "alice");
    await createRoom(alice, { id: "hall", type: "public" });
    await createRoom(alice, { id: "club" });
    const as = (claims: Record<string, string>): Promise<Socket> => enter(two.url, "bob", { rooms: claims });
    const writes = async (socket: Socket, roomId: string): Promise<string> => {
      const { ok, error } = await ask(socket, "send_message", { roomId, text: "x" });
      return ok ? "ok" : (error?.details?.reason ?? error?.code ?? "");
    };
    // A claim stands above public, and what is no role grants nothing.
    expect(await writes(await as({}), "hall")).toBe("ok");
    expect(await writes(await as({ hall: "reader" }), "hall")).toBe("role");
    expect(await writes(await as({ hall: "king" }), "hall")).toBe("ok");
    expect(await writes(await as({ club: "member" }), "club")).toBe("ok");
    expect(await writes(await as({ club: "king" }), "club")).toBe("NOT_FOUND");
    expect((await arrive(two.url, "bob", { rooms: { club: "moderator", nowhere: "owner" } })).rooms).toMatchObject([{ id: "club", role: "moderator" }]);
    // A stored role stands above a claim.
    await setMember(alice, "club", "bob", "reader");
    expect(await writes(await as({ club: "owner" }), "club")).toBe("role");
    await setMember(alice, "club", "bob", "moderator");
    expect((await must(await as({ club: "reader" }), "join_room", "club")).room.role).toBe("moderator");
    // A ban, and a removal, stand above all but a global admin.
    for (const bannedUntil of [undefined, inAnHour()]) {
      await setMember(alice, "club", "bob", null, bannedUntil);
      await setMember(alice, "hall", "bob", null, bannedUntil);
      const bob = await as({ club: "owner", hall: "owner" });
      expect(await writes(bob, "club")).toBe("NOT_FOUND");
      expect(await writes(bob, "hall")).toBe("banned");
      for (const event of ["join_room", "get_history", "list_members"]) await refused(bob, event, { roomId: "hall" }, "FORBIDDEN", { reason: "banned" });
      expect((await must(bob, "sync", { rooms: { hall: 0 } })).rooms["hall"]?.reset).toEqual({ reason: "forbidden" });
      expect((await arrive(two.url, "bob", { rooms: { club: "owner" } })).rooms).toEqual([]);
      const admin = await enter(one.url, "bob", { roles: ["admin"] });
      expect(await writes(admin, "club")).toBe("ok");
      expect(await writes(admin, "hall")).toBe("ok");
    }
  });

  test("by a claim end with the token that has it", async () => {
    const [one, two] = await instances(await open());
    const alice = await enter(one.url, "alice");
    await createRoom(alice, { id: "club" });
    const bob = await enter(two.url, "bob", { rooms: { club: "member" } });
    await must(bob, "join_room", "club");
    const heard = hear(bob);
    await must(bob, "refresh_auth", { token: tokenFor("bob", { rooms: { club: "reader" } }) });
    await refused(bob, "send_message", { roomId: "club", text: "x" }, "FORBIDDEN", { reason: "role" });
    expect(heard).toEqual([]);
    await must(bob, "refresh_auth", { token: tokenFor("bob") });
    await say(alice, "club", "without him");
    await refused(bob, "join_room", { roomId: "club" }, "NOT_FOUND");
    expect(heard).toEqual([{ event: "room_left", roomId: "club", reason: "removed" }]);
  });

  test("in a public room without an owner are everybody's, and nobody manages it", async () => {
    const [one, two] = await instances(await open());
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    await must(alice, "join_room", "general");
    await say(bob, "general", "hello");
    for (const [event, payload] of ASKED.own({ roomId: "general", mine: 1, others: 1 })) await refused(alice, event, { roomId: "general", ...payload }, "FORBIDDEN", { reason: "role" });
    const admin = await enter(two.url, "root", { roles: ["admin"] });
    await setMember(admin, "general", "alice", "owner");
    await must(alice, "update_room", { roomId: "general", topic: "mine now" });
  });
});

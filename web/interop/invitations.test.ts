import { describe, expect, test } from "vitest";
import { ask, must } from "./harness/client";
import { createRoom, enter, hear, inAnHour, instances, refused, setMember } from "./harness/rooms";
import { stores } from "./harness/server";
import { until } from "./harness/wait";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const DAY_MS = 86_400_000;

describe.each(stores)("invitations, on $name", ({ open }) => {
  test("let in as many as they say, who come at once on every instance", async () => {
    const [one, two] = await instances(await open());
    const alice = await enter(one.url, "alice");
    await createRoom(alice, { id: "club" });
    const { token, invitation } = await must(alice, "create_invitation", { roomId: "club", maxUses: 5 });
    const guests = await Promise.all(numbers(20).map((n) => enter([one.url, two.url][n % 2]!, `guest ${n}`)));
    const answers = await Promise.all(guests.map((socket) => ask(socket, "accept_invitation", { token })));
    const let_in = answers.filter((answer) => answer.ok);
    expect(let_in).toHaveLength(5);
    for (const { room } of let_in) expect(room).toMatchObject({ id: "club", role: "member", type: "private" });
    for (const { ok, error } of answers) if (!ok) expect(error).toMatchObject({ code: "GONE", retryable: false });
    expect((await must(alice, "list_members", { roomId: "club" })).members).toHaveLength(1 + 5);
    expect((await must(alice, "list_invitations", { roomId: "club" })).invitations).toEqual([{ ...invitation, uses: 5 }]);
    for (const [i, socket] of guests.entries()) {
      if (answers[i]?.ok) await must(socket, "join_room", "club");
      else await refused(socket, "join_room", { roomId: "club" }, "NOT_FOUND");
    }
  });

  test("take one use of one user, however often he comes", async () => {
    const [one, two] = await instances(await open());
    const alice = await enter(one.url, "alice");
    await createRoom(alice, { id: "club" });
    const { token } = await must(alice, "create_invitation", { roomId: "club", maxUses: 2, role: "reader" });
    const bobs = [await enter(one.url, "bob"), await enter(two.url, "bob")];
    const heard = hear(bobs[1]!);
    const rooms = await Promise.all(numbers(10).map(async (n) => (await must(bobs[n % 2]!, "accept_invitation", { token })).room));
    for (const room of rooms) expect(room).toMatchObject({ id: "club", role: "reader" });
    await until("he is told of the room", () => heard.some(({ event }) => event === "room_added"));
    expect((await must(alice, "join_room", "club")).lastSeq).toBe(2);
    expect((await must(alice, "list_invitations", { roomId: "club" })).invitations).toMatchObject([{ uses: 1 }]);
    // Who is more already stays it.
    await setMember(alice, "club", "carol", "moderator");
    expect((await must(await enter(two.url, "carol"), "accept_invitation", { token })).room.role).toBe("moderator");
  });

  test("last as long as they say, and no longer than they are let", async () => {
    const [one, two] = await instances(await open());
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "club" });
    const made = await must(alice, "create_invitation", { roomId: "club" });
    expect(made.invitation).toMatchObject({ roomId: "club", role: "member", author: "alice", maxUses: 0, uses: 0 });
    expect(Date.parse(made.invitation.expiresAt) - Date.parse(made.invitation.createdAt)).toBe(7 * DAY_MS);
    for (const [field, value] of [["expiresInMs", 365 * DAY_MS + 1], ["expiresInMs", 0], ["expiresInMs", "1"], ["maxUses", -1], ["maxUses", 1.5], ["role", "moderator"], ["role", "owner"], ["role", null]]) {
      await refused(alice, "create_invitation", { roomId: "club", [String(field)]: value }, "BAD_REQUEST", { field: String(field) });
    }
    const short = await must(alice, "create_invitation", { roomId: "club", expiresInMs: 1000 });
    await until("its time is over", () => Date.now() > Date.parse(short.invitation.expiresAt));
    await refused(bob, "accept_invitation", { token: short.token }, "GONE");
    await refused(bob, "accept_invitation", { token: `${made.token}x` }, "NOT_FOUND");
    await refused(bob, "accept_invitation", { token: "" }, "BAD_REQUEST", { field: "token" });

    await must(alice, "remove_invitation", { roomId: "club", id: made.invitation.id });
    await refused(bob, "accept_invitation", { token: made.token }, "NOT_FOUND");
    await refused(alice, "remove_invitation", { roomId: "club", id: made.invitation.id }, "NOT_FOUND");
    await refused(bob, "join_room", { roomId: "club" }, "NOT_FOUND");
  });

  test("are for moderators to make and to see, and let in nobody who was taken out", async () => {
    const [one, two] = await instances(await open());
    const [alice, mod, bob] = [await enter(one.url, "alice"), await enter(two.url, "mod"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "club" });
    await createRoom(alice, { id: "other" });
    await setMember(alice, "club", "mod", "moderator");
    await setMember(alice, "club", "bob", "member");
    const made = [];
    for (const n of numbers(3)) made.push(await must(mod, "create_invitation", { roomId: "club", maxUses: n }));
    const ids = made.map(({ invitation }) => invitation.id);
    const page = await must(alice, "list_invitations", { roomId: "club", limit: 2 });
    expect(page).toEqual({ ok: true, invitations: made.slice(0, 2).map(({ invitation }) => invitation), more: true });
    expect((await must(alice, "list_invitations", { roomId: "club", after: ids[1] })).invitations.map(({ id }) => id)).toEqual([ids[2]]);
    await refused(bob, "create_invitation", { roomId: "club" }, "FORBIDDEN", { reason: "role" });
    await refused(bob, "list_invitations", { roomId: "club" }, "FORBIDDEN", { reason: "role" });
    await refused(bob, "remove_invitation", { roomId: "club", id: ids[0] }, "FORBIDDEN", { reason: "role" });
    await refused(alice, "remove_invitation", { roomId: "other", id: ids[0] }, "NOT_FOUND"); // it is not that room's

    for (const bannedUntil of [undefined, inAnHour()]) {
      await setMember(mod, "club", "bob", null, bannedUntil);
      await refused(bob, "accept_invitation", { token: made[2]!.token }, "FORBIDDEN");
      await refused(bob, "join_room", { roomId: "club" }, "NOT_FOUND");
    }
    await setMember(mod, "club", "bob", "member"); // he is forgiven
    await must(bob, "join_room", "club");
  });
});

import { describe, expect, test } from "vitest";
import { must } from "./harness/client";
import { arrive, createRoom, enter, hear, instances, refused, say, setMember, type MyRoom } from "./harness/rooms";
import { Server, stores } from "./harness/server";
import { until } from "./harness/wait";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe.each(stores)("what is unread, on $name", ({ open }) => {
  test("is told on every device, and again after a reconnect, a restart and on a new one", async () => {
    const store = await open();
    const [one, two] = await instances(store);
    const [alice, bob, second] = [await enter(one.url, "alice"), await enter(one.url, "bob"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "club" });
    await say(alice, "club", "before bob came");
    await setMember(alice, "club", "bob", "member"); // 3
    for (const n of numbers(5)) await say(alice, "club", `message ${n}`); // 4 to 8
    await say(bob, "club", "his own"); // 9
    await must(alice, "delete_message", { roomId: "club", seq: 5 }); // 10
    await must(alice, "edit_message", { roomId: "club", seq: 6, text: "edited" }); // 11
    await must(alice, "set_reaction", { roomId: "club", seq: 6, emoji: "👍", on: true }); // 12
    const mine = async (url: string): Promise<MyRoom[]> => (await arrive(url, "bob")).rooms;
    const plain = { id: "club", name: "A room", type: "private", role: "member", mentions: 0 };
    expect(await mine(two.url)).toEqual([{ ...plain, lastSeq: 12, readSeq: 3, unread: 4 }]);

    const heard = [bob, second].map(hear);
    expect(await must(bob, "mark_read", { roomId: "club", seq: 6 })).toEqual({ ok: true, readSeq: 6, unread: 2, mentions: 0 });
    await until("the other device knows", () => heard[1]!.length >= 1);
    expect(heard[1]).toEqual([{ event: "read_updated", roomId: "club", userId: "bob", seq: 6, unread: 2, mentions: 0 }]);
    // It goes up, never down, and not beyond the end.
    expect(await must(second, "mark_read", { roomId: "club", seq: 4 })).toEqual({ ok: true, readSeq: 6, unread: 2, mentions: 0 });
    expect(await mine(one.url)).toEqual([{ ...plain, lastSeq: 12, readSeq: 6, unread: 2 }]);
    expect(await must(second, "mark_read", { roomId: "club", seq: 2 ** 53 - 1 })).toEqual({ ok: true, readSeq: 12, unread: 0, mentions: 0 });
    await say(alice, "club", "new");
    expect(await mine(two.url)).toEqual([{ ...plain, lastSeq: 13, readSeq: 12, unread: 1 }]);

    await one.terminate();
    if (two !== one) await two.terminate();
    await one.restart();
    expect(await mine(one.url)).toEqual([{ ...plain, lastSeq: 13, readSeq: 12, unread: 1 }]);
  });

  test("is told of public rooms that one has read, and of direct ones", async () => {
    const server = await Server.start(await open());
    const [alice, bob] = [await enter(server.url, "alice"), await enter(server.url, "bob")];
    for (const roomId of ["general", "general", "unseen"]) await say(alice, roomId, "hello");
    const { room } = await must(bob, "open_direct", { userId: "alice" });
    await must(bob, "mark_read", { roomId: "general", seq: 1 });
    await say(bob, room.id, "psst");
    const mine = (list: MyRoom[]): unknown[] => list.map(({ id, role, unread, userId }) => ({ id, role, unread, ...(userId && { userId }) }));
    expect(mine((await arrive(server.url, "bob")).rooms)).toEqual([{ id: room.id, role: "member", unread: 0, userId: "alice" }, { id: "general", role: "member", unread: 1 }]);
    expect(mine((await arrive(server.url, "alice")).rooms)).toEqual([{ id: room.id, role: "member", unread: 1, userId: "bob" }]);
    await setMember(bob, "general", "bob", null);
    expect(mine((await arrive(server.url, "bob")).rooms)).toEqual([{ id: room.id, role: "member", unread: 0, userId: "alice" }]);
  });

  test("is counted right by a hundred messages and marks at once", async () => {
    const [one, two] = await instances(await open());
    const [alice, ...bobs] = [await enter(one.url, "alice"), await enter(one.url, "bob"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "hall", type: "public" });
    await Promise.all(numbers(100).map((n) => say(alice, "hall", `${n}`)));
    const heard = hear(bobs[0]!);
    await Promise.all(numbers(100).map((n) => must(bobs[n % 2]!, "mark_read", { roomId: "hall", seq: n })));
    expect(await must(bobs[0]!, "mark_read", { roomId: "hall", seq: 1 })).toEqual({ ok: true, readSeq: 100, unread: 1, mentions: 0 });
    await until("the last mark is told", () => heard.some(({ seq }) => seq === 100));
    expect((await arrive(two.url, "bob")).rooms).toMatchObject([{ id: "hall", readSeq: 100, unread: 1, lastSeq: 101 }]);
  });

  test("is delivered once, to those who look, and so after a restart", async () => {
    const store = await open();
    const [one, two] = await instances(store);
    const [alice, bob, second] = [await enter(one.url, "alice"), await enter(two.url, "bob"), await enter(one.url, "bob")];
    const { room } = await must(alice, "open_direct", { userId: "bob" });
    await must(alice, "join_room", room.id);
    const [first, last] = [await say(alice, room.id, "one"), await say(alice, room.id, "two")];
    const heard = hear(alice);
    expect(await must(bob, "mark_delivered", { roomId: room.id, seq: first })).toEqual({ ok: true, deliveredSeq: first });
    expect(await must(second, "mark_delivered", { roomId: room.id, seq: first })).toEqual({ ok: true, deliveredSeq: first });
    expect(await must(second, "mark_delivered", { roomId: room.id, seq: 2 ** 53 - 1 })).toEqual({ ok: true, deliveredSeq: last });
    const told = (deliveredSeq: number) => ({ event: "delivered_updated", roomId: room.id, userId: "bob", deliveredSeq });
    await until("alice is told of the last", () => heard.some(({ deliveredSeq }) => deliveredSeq === last));
    const of = heard.filter(({ event }) => event === "delivered_updated");
    // Of marks that come at once she may be told the last alone.
    expect([[told(first), told(last)], [told(last)]]).toContainEqual(of);
    await must(bob, "mark_read", { roomId: room.id, seq: first });
    const receipt = { userId: "bob", seq: first, deliveredSeq: last };
    expect((await must(alice, "list_receipts", { roomId: room.id })).receipts).toContainEqual(receipt);
    await one.terminate();
    if (two !== one) await two.terminate();
    await one.restart();
    expect((await must(await enter(one.url, "alice"), "list_receipts", { roomId: room.id })).receipts).toContainEqual(receipt);
    await refused(await enter(one.url, "eve"), "mark_delivered", { roomId: room.id, seq: first }, "NOT_FOUND");
  });

  test("is others' business only where the room shows it", async () => {
    const [one, two] = await instances(await open());
    const [alice, bob] = [await enter(one.url, "alice"), await enter(two.url, "bob")];
    await createRoom(alice, { id: "hall", type: "public" });
    await say(alice, "hall", "hello"); // 2
    await must(alice, "join_room", "hall");
    const heard = hear(alice);
    await refused(alice, "list_receipts", { roomId: "hall" }, "FORBIDDEN");
    await must(bob, "mark_read", { roomId: "hall", seq: 2 });
    await must(alice, "update_room", { roomId: "hall", receipts: true }); // 3
    expect((await must(alice, "list_receipts", { roomId: "hall" })).receipts).toContainEqual({ userId: "bob", seq: 2, deliveredSeq: 2 });
    await must(bob, "mark_read", { roomId: "hall", seq: 3 });
    await until("alice is told", () => heard.some(({ event }) => event === "read_updated"));
    expect(heard.filter(({ event }) => event === "read_updated")).toEqual([{ event: "read_updated", roomId: "hall", userId: "bob", seq: 3 }]);
    const page = await must(alice, "list_receipts", { roomId: "hall", limit: 1, after: "alice" });
    expect(page).toEqual({ ok: true, receipts: [{ userId: "bob", seq: 3, deliveredSeq: 3 }], more: false });

    const { room } = await must(alice, "open_direct", { userId: "bob" }); // always shows it
    await must(alice, "join_room", room.id);
    const seq = await say(bob, room.id, "psst");
    await must(bob, "mark_read", { roomId: room.id, seq });
    await until("alice is told", () => heard.some((h) => h.event === "read_updated" && h["roomId"] === room.id));
    expect((await must(alice, "list_receipts", { roomId: room.id })).receipts).toContainEqual({ userId: "bob", seq, deliveredSeq: seq });
    // Who is not in the room's members any more is told nothing of it.
    await refused(await enter(one.url, "eve"), "list_receipts", { roomId: room.id }, "NOT_FOUND");
  });
});

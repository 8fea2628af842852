import { describe, expect, onTestFinished, test } from "vitest";
import { connect, type Chat, type ChatOptions, type MyRoom, type Room } from "../client/src/index.js";
import { must } from "./harness/client";
import { arrive, enter, instances, say, setMember } from "./harness/rooms";
import { openEmbedded, Server, stores } from "./harness/server";
import { tokenFor, type Claims } from "./harness/token";
import { until, within } from "./harness/wait";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const soon = (): Date => new Date(Date.now() + 3_600_000);

/** A client of its own, connected, closed after the test. */
async function chatOf(url: string, sub: string, options: Partial<ChatOptions> & { claims?: Claims } = {}): Promise<Chat> {
  const chat = connect(url, { token: () => tokenFor(sub, options.claims ?? {}), ...options });
  onTestFinished(() => chat.close());
  await until(`${sub} is online`, () => chat.user !== undefined);
  return chat;
}

/** What ready says of a user's rooms, and what his chat says. */
const counts = (rooms: readonly (MyRoom | Omit<MyRoom, "topic">)[]): unknown[] => rooms.map(({ id, lastSeq, readSeq, unread, mentions }) => ({ id, lastSeq, readSeq, unread, mentions }));

/** Waits until a chat counts what the server counts for a new connection. */
async function agrees(chat: Chat, url: string, sub: string, claims: Claims = {}): Promise<void> {
  const { socket, rooms } = await arrive(url, sub, claims);
  socket.disconnect();
  const want = JSON.stringify(counts(rooms as readonly MyRoom[]));
  await until(`the counts are ${want}; they are ${JSON.stringify(counts(chat.rooms))}`, () => JSON.stringify(counts(chat.rooms)) === want);
}

/** Everything a room tells besides messages, in order. */
function told(room: Room): string[] {
  const log: string[] = [];
  room.on("member", ({ userId, role }) => log.push(`member ${userId} ${role}`));
  room.on("room", ({ topic, readOnly }) => log.push(`room ${topic} ${readOnly}`));
  room.on("read", ({ userId, seq }) => log.push(`read ${userId} ${seq}`));
  room.on("delivered", ({ userId, deliveredSeq }) => log.push(`delivered ${userId} ${deliveredSeq}`));
  room.on("left", (reason) => log.push(`left ${reason}`));
  room.on("live", () => log.push("live"));
  return log;
}

describe.each(stores)("the client module's rooms, on $name", ({ open }) => {
  test("are one's own as soon as they are made, opened or given, and until one is out", async () => {
    const [one, two] = await instances(await open());
    const [ann, ben] = [await chatOf(one.url, "ann"), await chatOf(two.url, "ben")];
    const added: string[] = [];
    ben.on("added", (room, author) => added.push(`${room.id} ${author}`));
    const club = await ann.createRoom({ id: "club", name: "The Club", type: "private", topic: "ours" });
    expect(club).toMatchObject({ id: "club", role: "owner", topic: "ours" });
    expect(ann.rooms).toMatchObject([{ id: "club", role: "owner", lastSeq: 1, readSeq: 1, unread: 0 }]);
    const direct = await ben.openDirect("ann");
    expect(await ann.openDirect("ben")).toMatchObject({ id: direct.id, userId: "ben" });

    const hers = ann.room("club");
    const log = told(hers);
    await hers.send("before he came");
    await hers.setMember("ben", "member");
    for (const n of numbers(3)) await hers.send(`hello @ben ${n}`);
    await until("ben counts three", () => ben.rooms.some(({ id, unread, mentions }) => id === "club" && unread === 3 && mentions === 3));
    await until("ben is told who let him in", () => added.includes("club ann"));
    await agrees(ben, two.url, "ben");
    await agrees(ann, one.url, "ann");

    // What it is called and what he may do there.
    await hers.update({ topic: "all of it", readOnly: true });
    await hers.setMember("ben", "reader");
    await until("ben knows", () => ben.rooms.some(({ id, role, topic, readOnly }) => id === "club" && role === "reader" && topic === "all of it" && readOnly === true));
    const his = ben.room("club");
    await expect(his.send("x")).rejects.toMatchObject({ code: "FORBIDDEN", retryable: false, reason: "role" });
    await hers.setMember("ben", "member");
    await expect(his.send("x")).rejects.toMatchObject({ code: "FORBIDDEN", reason: "read_only" });
    await hers.update({ readOnly: false, receipts: true });
    // What has come to his device is told until he reads it; what he has read is delivered, and not asked for.
    const news = await hers.send("news");
    expect(await ben.markDelivered("club", news.seq)).toBe(news.seq);
    await until("ann is told that he has it", () => log.includes(`delivered ben ${news.seq}`));
    expect((await hers.receipts()).receipts.find(({ userId }) => userId === "ben")).toMatchObject({ deliveredSeq: news.seq });
    await expect(ben.markDelivered("club", -1)).rejects.toMatchObject({ code: "BAD_REQUEST", field: "seq" });
    await expect(ben.markDelivered("nowhere", 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const sent = await his.send("may");
    const { readSeq } = await his.markRead();
    expect(await ben.markDelivered("club", 1)).toBe(readSeq);
    await until("ann is told that he has read", () => log.some((what) => what.startsWith("read ben")));
    expect((await hers.receipts()).receipts.find(({ userId }) => userId === "ben")?.seq).toBeGreaterThanOrEqual(sent.seq - 1);
    expect((await hers.members()).members).toMatchObject([{ userId: "ann", role: "owner" }, { userId: "ben", role: "member" }]);

    const hisLog = told(his);
    await hers.setMember("ben", null);
    await until("ben is told that he is out", () => hisLog.includes("left removed"));
    expect(his.left).toBe("removed");
    expect(ben.rooms.map(({ id }) => id)).toEqual([direct.id]);
    await expect(his.send("x")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await hers.send("without him");
    await hers.setMember("ben", "member");
    await until("ben is in again", () => hisLog.at(-1) === "live" && his.left === undefined);
    await agrees(ben, two.url, "ben");
    await his.leave();
    await until("ben has left", () => his.left === "left");
    expect(log).toContain("member ben null");
  });

  test("count what is unread as the server does, whatever is said, removed and read on two devices", async () => {
    const [one, two] = await instances(await open());
    const [ann, ben, second] = [await chatOf(one.url, "ann"), await chatOf(one.url, "ben"), await chatOf(two.url, "ben")];
    for (const id of ["club", "hall"]) {
      await ann.createRoom({ id, name: id, type: "private" });
      await ann.room(id).setMember("ben", "member");
      for (const n of numbers(20)) await ann.room(id).send(`backlog ${n}`);
    }
    // A third device finds these unread when it comes: only the server can count them.
    const third = await chatOf(two.url, "ben");
    const seqs: number[] = [];
    const work = numbers(60).map(async (n) => {
      const id = n % 2 ? "club" : "hall";
      const { seq } = await ann.room(id).send(n % 5 ? `message ${n}` : `message ${n} for @ben`);
      if (id === "club") seqs.push(seq);
      if (n % 7 === 0) await ben.room(id).send("his own");
      if (n % 3 === 0) await ann.room("club").remove(seqs.splice(0, 1)[0] ?? 0).catch(() => {});
      if (n % 4 === 0) await [ben, second, third][n % 3]!.room(id).markRead(n);
    });
    await Promise.all(work);
    await ann.room("hall").remove(10); // of the backlog
    for (const chat of [ben, second, third]) await agrees(chat, two.url, "ben");
    await agrees(ann, one.url, "ann");
    await third.room("hall").markRead();
    expect(third.rooms.find(({ id }) => id === "hall")).toMatchObject({ unread: 0, mentions: 0 });
    for (const chat of [ben, second]) await agrees(chat, two.url, "ben");
  });

  test("count on after the server was killed", async () => {
    const server = await Server.start(await open());
    const [ann, ben] = [await chatOf(server.url, "ann"), await chatOf(server.url, "ben")];
    await ann.createRoom({ id: "club", name: "club", type: "private" });
    await ann.room("club").setMember("ben", "member");
    for (const n of numbers(10)) await ann.room("club").send(`message ${n}`);
    const his = ben.room("club", { since: 0 });
    await until("all is told", () => his.lastSeq === 12);
    await server.kill();
    await until("ben is offline", () => ben.state.kind !== "online");
    // A mark that is made offline is told when there is a connection; what it leaves is known at once.
    const marked = his.markRead(7);
    expect(ben.rooms[0]).toMatchObject({ readSeq: 7, unread: 5 });
    const more = ann.room("club").send("while he was away");
    await server.restart();
    expect(await within("it is marked", marked)).toMatchObject({ readSeq: 7 });
    await within("it is sent", more);
    await agrees(ben, server.url, "ben");
    expect(ben.rooms[0]).toMatchObject({ readSeq: 7, unread: 6 });
  });
});

test("who may not be in a room is told, and who is let in again is joined by itself", async () => {
  const server = await Server.start(await openEmbedded());
  const owner = await enter(server.url, "ann");
  await must(owner, "create_room", { id: "club", name: "club", type: "private" });
  const ben = await chatOf(server.url, "ben");
  const left = new Promise<unknown[]>((resolve) => ben.room("club").on("left", (reason, error) => resolve([reason, error?.code])));
  ben.room("club").on("error", () => {});
  expect(await within("a refusal", left)).toEqual(["forbidden", "NOT_FOUND"]);
  await setMember(owner, "club", "ben", "member");
  await until("he is let in", () => ben.room("club").info !== undefined && ben.room("club").left === undefined);

  await must(owner, "create_room", { id: "hall", name: "hall", type: "public" });
  const hall = ben.room("hall");
  const log = told(hall);
  await until("he is in the hall", () => log.includes("live"));
  const hers = await chatOf(server.url, "ann");
  await hers.room("hall").ban("ben", soon(), "member");
  await until("he is out", () => log.includes("left banned"));
  await expect(hall.send("x")).rejects.toMatchObject({ code: "FORBIDDEN", reason: "banned" });
  // Opened again it is asked for again, and told again.
  expect(ben.room("hall")).toBe(hall);
  await until("it is told again", () => log.filter((what) => what === "left banned").length === 2);
});

test("slow mode holds a message back, and those behind it, in order", async () => {
  const server = await Server.start(await openEmbedded());
  const [ann, ben] = [await chatOf(server.url, "ann"), await chatOf(server.url, "ben")];
  await ann.createRoom({ id: "hall", name: "hall", type: "public" });
  await ann.room("hall").update({ slowModeMs: 400 });
  const failed: unknown[] = [];
  ben.on("failed", (_, error) => failed.push(error));
  const texts = numbers(4).map(String);
  const written = await within("all are sent", Promise.all(texts.map((text) => ben.room("hall").send(text))));
  expect(written.map(({ seq }) => seq)).toEqual([3, 4, 5, 6]);
  expect((await ann.room("hall").history()).messages.map(({ text }) => text)).toEqual(texts);
  expect(failed).toEqual([]);
});

test("public rooms are one's own once one has read in them, also on the other device", async () => {
  const server = await Server.start(await openEmbedded());
  const [ann, ben] = [await enter(server.url, "ann"), await chatOf(server.url, "ben")];
  await say(ann, "general", "hello");
  const second = await chatOf(server.url, "ben");
  const rooms = [ben, second].map((chat) => chat.room("general", { since: 0 }));
  await until("both have it", () => rooms.every(({ lastSeq }) => lastSeq === 1));
  expect(ben.rooms).toEqual([]);
  expect(await rooms[0]!.markRead()).toEqual({ readSeq: 1, unread: 0, mentions: 0 });
  await until("both know", () => [ben, second].every(({ rooms: [room] }) => room?.id === "general" && room.readSeq === 1));
  await say(ann, "general", "more");
  for (const chat of [ben, second]) await agrees(chat, server.url, "ben");
  expect(second.rooms[0]?.unread).toBe(1);
  // Nobody wants the room any more, but its count.
  second.leave("general");
  await say(ann, "general", "and more");
  await until("it is counted", () => second.rooms[0]?.unread === 2);
});

test("without following only what the server says is counted", async () => {
  const server = await Server.start(await openEmbedded());
  const ann = await chatOf(server.url, "ann");
  await ann.createRoom({ id: "club", name: "club", type: "private" });
  await ann.room("club").setMember("ben", "member");
  const ben = await chatOf(server.url, "ben", { follow: false });
  const follower = await chatOf(server.url, "ben");
  await ann.room("club").send("hello");
  await until("who follows counts it", () => follower.rooms[0]?.unread === 1);
  expect(ben.rooms[0]?.unread).toBe(0);
  await ann.room("club").send("again");
  await follower.room("club").markRead(3);
  await until("it is told what is left", () => ben.rooms[0]?.readSeq === 3 && ben.rooms[0].unread === 1);
});

test("invitations, lists, people, search, reports, files and notifications", async () => {
  const server = await Server.start(await openEmbedded());
  const [ann, ben] = [await chatOf(server.url, "ann"), await chatOf(server.url, "ben")];
  await ann.createRoom({ id: "club", name: "The Club", type: "private" });
  await ann.createRoom({ id: "hall", name: "Hall", type: "public" });
  const club = ann.room("club");
  const { invitation, token } = await club.invite({ maxUses: 1 });
  expect(invitation).toMatchObject({ roomId: "club", role: "member", maxUses: 1, uses: 0 });
  expect((await club.invitations()).invitations).toEqual([invitation]);
  expect(await ben.acceptInvitation(token)).toMatchObject({ id: "club", role: "member" });
  expect(ben.rooms.map(({ id }) => id)).toEqual(["club"]);
  await expect((await chatOf(server.url, "eve")).acceptInvitation(token)).rejects.toMatchObject({ code: "GONE" });
  await club.removeInvitation(invitation.id);
  expect((await club.invitations()).invitations).toEqual([]);
  expect(await ben.listRooms({ limit: 1 })).toMatchObject({ rooms: [{ id: "club", role: "member", lastSeq: 2 }], more: true });

  const heard: unknown[] = [];
  club.on("message", ({ text, attachments, mentions }) => heard.push({ text, attachments, mentions }));
  const file = await ben.room("club").upload(new Blob(["hello, world"]), "notes.txt");
  expect(file).toMatchObject({ name: "notes.txt", size: 12, type: "text/plain" });
  const { seq } = await ben.room("club").send("the notes, @ann", { attachments: [file.id] });
  await until("ann has it", () => heard.length === 1);
  expect(heard).toEqual([{ text: "the notes, @ann", attachments: [file], mentions: ["ann"] }]);
  const { url } = await club.fileUrl(file.id);
  expect(await (await fetch(url)).text()).toBe("hello, world");
  await expect(club.upload(new Blob([]), "empty.txt")).rejects.toMatchObject({ code: "BAD_REQUEST" });

  await until("it is found", async () => (await ann.search("notes")).messages.length === 1);
  expect(await ann.search("notes", { roomId: "club", from: "ben" })).toMatchObject({ messages: [{ seq, author: "ben", snippet: [{ text: "the ", match: false }, { text: "notes", match: true }, {}] }], more: false });
  const [past, future] = ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00.000+01:00"];
  expect((await ann.search("notes", { since: past, until: future })).messages).toHaveLength(1);
  expect((await ann.search("notes", { until: past })).messages).toEqual([]);
  expect((await ann.search("notes", { since: future })).messages).toEqual([]);
  await expect(ann.search("notes", { since: "yesterday" })).rejects.toMatchObject({ code: "BAD_REQUEST", field: "since" });
  await expect(ann.search("notes", { since: future, until: past })).rejects.toMatchObject({ code: "BAD_REQUEST", field: "until" });
  await expect(ann.search("notes", { roomId: "nowhere" })).rejects.toMatchObject({ code: "NOT_FOUND" });

  const reported = new Promise<string>((resolve) => ann.on("notification", ({ id, kind }) => kind === "report" && resolve(id)));
  expect(await ben.room("club").report(seq, "mine was better")).toMatchObject({ roomId: "club", seq, author: "ben", reporter: "ben", state: "open" });
  const id = await within("ann is told of the report", reported);
  expect((await ann.notifications({ unread: true })).notifications).toContainEqual(expect.objectContaining({ id, kind: "report", read: false }));
  await ann.mark([id]);
  expect((await ann.notifications({ limit: 1 })).notifications).toMatchObject([{ id, read: true }]);

  expect(await ben.updateProfile({ name: "Ben the Bold" })).toEqual({ id: "ben", name: "Ben the Bold" });
  expect((await ann.users({ query: "bold" })).users).toEqual([{ id: "ben", name: "Ben the Bold" }]);
  expect((await ann.users(["ben"])).users).toEqual([{ id: "ben", name: "Ben the Bold" }]);
  expect(await ann.presence(["ben", "nobody"])).toMatchObject([{ userId: "ben", status: "online" }, { userId: "nobody", status: "offline" }]);
});

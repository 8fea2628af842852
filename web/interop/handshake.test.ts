import { describe, expect, test } from "vitest";
import { client, connected, must, next, transports, WEBSOCKET, type Message } from "./harness/client";
import { openEmbedded, Server, stores } from "./harness/server";
import { secondsFromNow, sign, tokenFor, type Claims } from "./harness/token";
import { until, within } from "./harness/wait";

interface Ready {
  user: { id: string; name: string; roles: string[] };
  logId: string;
  rooms: unknown[];
  notifications: { unread: number };
  limits: Record<string, number>;
  serverTime: string;
}

interface Refusal extends Error {
  data?: { code: string; message: string; retryable: boolean };
}

describe.each(stores)("a good token, on $name", ({ open }) => {
  test.each(transports)("in auth, over $name", async ({ transports }) => {
    const server = await Server.start(await open());
    const socket = client(server.url, "", { transports, auth: { token: tokenFor("alice", { name: "Alice", roles: ["support"] }) } });
    const events: string[] = [];
    socket.onAny((name: string) => events.push(name));
    const ready = await within("ready", next<Ready>(socket, "ready"));

    expect(events[0]).toBe("ready");
    expect(ready).toMatchObject({
      user: { id: "alice", name: "Alice", roles: ["support"] },
      rooms: [],
      notifications: { unread: 0 },
      limits: { maxTextLength: 8000, maxDataBytes: 8192, maxPayload: 1_000_000, maxPageEvents: 200, maxFileSize: 26_214_400 },
    });
    expect(ready.logId).toMatch(/./);
    expect(ready.serverTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

    const last = transports.at(-1);
    await until(`the transport is ${last}`, () => socket.io.engine.transport.name === last);
    expect((await must(socket, "send_message", { roomId: "general", text: "hello" })).seq).toBe(1);
  });

  test("stays the same log for every client", async () => {
    const server = await Server.start(await open());
    const logIds = new Set<string>();
    for (const sub of ["alice", "bob"]) logIds.add((await within("ready", next<Ready>(client(server.url, sub), "ready"))).logId);
    await server.terminate();
    await server.restart();
    logIds.add((await within("ready", next<Ready>(client(server.url, "carol"), "ready"))).logId);
    expect(logIds.size).toBe(1);
  });
});

describe.each(transports)("over $name", ({ transports }) => {
  test("a token in the Authorization header is as good", async () => {
    const server = await Server.start(await openEmbedded());
    const socket = client(server.url, "", { transports, auth: {}, extraHeaders: { Authorization: `Bearer ${tokenFor("alice")}` } });
    expect((await within("ready", next<Ready>(socket, "ready"))).user.id).toBe("alice");
  });

  test("a token that a function fetches is as good, and is fetched again at a reconnect", async () => {
    const server = await Server.start(await openEmbedded());
    let fetched = 0;
    const auth = (give: (auth: object) => void): void => give({ token: tokenFor(`alice${++fetched}`) });
    const socket = client(server.url, "", { transports, auth });
    expect((await within("ready", next<Ready>(socket, "ready"))).user.id).toBe("alice1");
    const again = next<Ready>(socket, "ready");
    socket.io.engine.close();
    expect((await within("ready again", again)).user.id).toBe("alice2");
  });

  const good: Claims = { sub: "alice", exp: secondsFromNow(3600) };
  test.each([
    ["no token", undefined, "UNAUTHENTICATED"],
    ["an empty token", "", "UNAUTHENTICATED"],
    ["no token at all, but text", "let me in", "UNAUTHENTICATED"],
    ["another secret", sign(good, "some other secret of 32 bytes and more"), "UNAUTHENTICATED"],
    ["alg none", sign(good, "", { alg: "none" }).replace(/[^.]*$/, ""), "UNAUTHENTICATED"],
    ["no sub", sign({ exp: good["exp"] }), "UNAUTHENTICATED"],
    ["a sub of 129 characters", sign({ ...good, sub: "a".repeat(129) }), "UNAUTHENTICATED"],
    ["a control character in the sub", sign({ ...good, sub: "a\nb" }), "UNAUTHENTICATED"],
    ["a local account's sub from elsewhere", sign({ ...good, sub: "a:0123456789" }), "UNAUTHENTICATED"],
    ["a guest's sub from elsewhere", sign({ ...good, sub: "g:0123456789" }), "UNAUTHENTICATED"],
    ["no exp", sign({ sub: "alice" }), "UNAUTHENTICATED"],
    ["roles that are no list of texts", sign({ ...good, roles: "admin" }), "UNAUTHENTICATED"],
    ["not yet valid", sign({ ...good, nbf: secondsFromNow(3600) }), "UNAUTHENTICATED"],
    ["over 4 KiB", sign({ ...good, padding: "x".repeat(5000) }), "UNAUTHENTICATED"],
    ["expired", sign({ sub: "alice", exp: secondsFromNow(-1) }), "TOKEN_EXPIRED"],
  ])("refused for good: %s", async (_, token, code) => {
    const server = await Server.start(await openEmbedded());
    const socket = client(server.url, "", { transports, auth: { token } });
    const error = await within("a refusal", new Promise<Refusal>((resolve) => socket.once("connect_error", resolve)));
    expect(error.data).toMatchObject({ code, retryable: false });
    expect(error.data?.message).toMatch(/./);
    // What the client itself calls "will not be tried again".
    expect(socket.active).toBe(false);
  });
});

test("an unknown namespace is refused, and the connection is good for the known one", async () => {
  const server = await Server.start(await openEmbedded());
  const socket = await connected(server.url, "alice", WEBSOCKET);
  const other = socket.io.socket("/admin", { auth: { token: tokenFor("alice") } });
  const error = await within("a refusal", new Promise<Refusal>((resolve) => other.once("connect_error", resolve)));
  expect(error.message).toBe("Invalid namespace");
  other.disconnect();
  expect((await must(socket, "send_message", { roomId: "general", text: "still here" })).seq).toBe(1);
});

describe("a token about to expire", () => {
  const EXPIRES_S = 4;

  test("is announced, and a new one keeps the socket", async () => {
    const server = await Server.start(await openEmbedded());
    const exp = secondsFromNow(EXPIRES_S);
    const socket = client(server.url, "", { ...WEBSOCKET, auth: { token: sign({ sub: "alice", exp }) } });
    const expiring = await within("auth_expiring", next<{ expiresAt: string }>(socket, "auth_expiring"));
    expect(Date.parse(expiring.expiresAt)).toBe(exp * 1000);

    let ended = false;
    socket.on("disconnect", () => (ended = true));
    const renewed = secondsFromNow(3600);
    const answer = await must(socket, "refresh_auth", { token: sign({ sub: "alice", exp: renewed }) });
    expect(Date.parse(answer.expiresAt)).toBe(renewed * 1000);
    await until("the first token has expired", () => Date.now() > exp * 1000 + 1000);
    expect((await must(socket, "send_message", { roomId: "general", text: "still here" })).seq).toBe(1);
    expect(ended).toBe(false);
  });

  test("of somebody else does not do", async () => {
    const server = await Server.start(await openEmbedded());
    const socket = await connected(server.url, "alice", WEBSOCKET);
    const refused = await new Promise<{ error?: { code: string } }>((resolve) => void socket.emit("refresh_auth", { token: tokenFor("mallory") }, resolve));
    expect(refused.error?.code).toBe("FORBIDDEN");
    const sent = await must(socket, "join_room", "general").then(() => must(socket, "send_message", { roomId: "general", text: "hi" }));
    const { messages } = await must(socket, "get_history", { roomId: "general" });
    expect(messages.find((message: Message) => message.seq === sent.seq)?.author).toBe("alice");
  });

  test("ends the connection within 5 s of its end, with 4001", async () => {
    const server = await Server.start(await openEmbedded());
    const exp = secondsFromNow(EXPIRES_S);
    const socket = client(server.url, "", { ...WEBSOCKET, auth: { token: sign({ sub: "alice", exp }) }, reconnection: false });
    const closing = next<{ reason: string }>(socket, "closing");
    const disconnected = new Promise<{ reason: string; code: unknown }>((resolve) =>
      socket.once("disconnect", (reason, details) => resolve({ reason, code: (details as { context?: { code?: number } } | undefined)?.context?.code })),
    );
    expect((await within("closing", closing)).reason).toBe("token_expired");
    expect(await within("the end", disconnected)).toEqual({ reason: "transport close", code: 4001 });
    expect(Date.now()).toBeLessThan(exp * 1000 + 5000);
  });
});

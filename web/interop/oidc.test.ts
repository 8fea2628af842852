import { describe, expect, test } from "vitest";
import { client, connected, must, next, WEBSOCKET, type Message } from "./harness/client";
import { AUDIENCE, Issuer, newKey, type Algorithm } from "./harness/oidc";
import { openEmbedded, Server } from "./harness/server";
import { until, within } from "./harness/wait";

/** A server that takes this issuer's tokens for its own audience. */
async function serverFor(issuer: Issuer, audience = AUDIENCE): Promise<Server> {
  const server = await Server.start(await openEmbedded(), "-jwt-jwks-url", issuer.keysUrl, "-jwt-issuer", issuer.url, "-jwt-audience", audience);
  await until("the server has fetched the keys", () => issuer.keySets > 0);
  return server;
}

/** Two users, signed in at the issuer, in one room: what one says the other hears. */
async function chats(server: Server, issuer: Issuer, text: string): Promise<void> {
  const [alice, bob] = await Promise.all(["alice", "bob"].map(async (user) => connected(server.url, "", { ...WEBSOCKET, auth: { token: await issuer.token(user) } })));
  if (!alice || !bob) throw new Error("nobody came");
  await must(bob, "join_room", "general");
  const heard = next<Message>(bob, "new_message");
  await must(alice, "send_message", { roomId: "general", text });
  expect(await within("what alice said", heard)).toMatchObject({ author: "alice", text });
}

/** How the server refuses a token. */
async function refusal(server: Server, token: string): Promise<{ code: string } | undefined> {
  const socket = client(server.url, "", { ...WEBSOCKET, auth: { token } });
  const error = await within("a refusal", new Promise<Error & { data?: { code: string } }>((resolve) => socket.once("connect_error", resolve)));
  return error.data;
}

describe.each<Algorithm>(["RS256", "ES256", "EdDSA"])("users of an OpenID provider that signs with %s", (algorithm) => {
  test("chat", async () => {
    const issuer = await Issuer.start(["alice", "bob"], newKey("1", algorithm));
    const server = await serverFor(issuer);
    await chats(server, issuer, "signed in elsewhere");
  });
});

test("a provider changes its key, and both are good while it publishes both", async () => {
  const before = newKey("before", "RS256");
  const after = newKey("after", "ES256");
  const issuer = await Issuer.start(["alice", "bob"], before);
  const server = await serverFor(issuer);
  const old = await issuer.token("alice");
  await chats(server, issuer, "before");

  issuer.signWith(after, before);
  await chats(server, issuer, "after");
  await connected(server.url, "", { ...WEBSOCKET, auth: { token: old } });
});

test("a provider that is away when the server starts is found when it comes back", async () => {
  const key = newKey("1", "ES256");
  const issuer = await Issuer.start(["alice", "bob"], key);
  const token = await issuer.token("alice");
  issuer.away();
  const server = await serverFor(issuer);
  // Not refused: a stock client would take that for the last word. It is sent off, and comes back until it is let in.
  const socket = client(server.url, "", { ...WEBSOCKET, auth: { token } });
  const ready = next(socket, "ready");
  const turnedAway = new Promise<string>((resolve) => socket.once("disconnect", resolve));
  await within("it is sent off", turnedAway);
  issuer.signWith(key);
  await within("it is let in", ready, 30_000);
});

test("tokens that the provider made for others are refused", async () => {
  const issuer = await Issuer.start(["alice"], newKey("1", "RS256"));
  const mallory = await Issuer.start(["alice"], newKey("1", "RS256"));
  const server = await serverFor(issuer);
  expect(await refusal(server, await mallory.token("alice"))).toMatchObject({ code: "UNAUTHENTICATED" });

  const other = await serverFor(issuer, "urn:another:program");
  expect(await refusal(other, await issuer.token("alice"))).toMatchObject({ code: "UNAUTHENTICATED" });
});

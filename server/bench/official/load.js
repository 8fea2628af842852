// A second load generator: the clients that their makers give out, many in one process, with all that they do for an
// application. It takes orders as lines of JSON on stdin and answers each with one on stdout: {"ok": …} or {"error": "…"}.
//
//   {"open": {"dialect": "socketio" | "centrifuge", "url": "…", "members": [{"token", "room"}, …], "dialers": 64}}
//   {"send": {"times": 500, "burst": 1, "everyMs": 20, "size": 100}}     the first of each room's members sends, in turn
//
// Every client checks that it gets every message of every sender of its room once and in order.
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Centrifuge } from "centrifuge";
import { io } from "socket.io-client";
import WebSocket from "ws";

/** How long a step may take, in milliseconds. */
const patience = 60_000;

let clients = [];
/** The first of each room's members, with what it has sent. */
let senders = [];
let delivered = 0;
let acked = 0;
let failure;
let progress = () => {};

function fail(error) {
  failure ??= error instanceof Error ? error : new Error(String(error));
  progress();
}

/** take checks one delivery: its text begins "SENDER.NUMBER ". */
function take(client, text) {
  const [sender, number] = text.slice(0, text.indexOf(" ")).split(".").map(Number);
  const due = client.next.get(sender) ?? 0;
  if (number !== due) fail(`sender ${sender}: number ${number} came where ${due} was due`);
  client.next.set(sender, due + 1);
  delivered++;
  progress();
}

function taken() {
  acked++;
  progress();
}

const dialects = {
  async socketio(url, { token, room }, client) {
    const socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false, auth: { token } });
    socket.on("new_message", ({ text }) => take(client, text));
    await new Promise((resolve, reject) => {
      socket.once("connect_error", reject);
      socket.once("connect", resolve);
    });
    socket.on("disconnect", (reason) => fail(`a client was disconnected: ${reason}`));
    const joined = await socket.timeout(patience).emitWithAck("join_room", room);
    if (joined?.error) throw new Error(`join: ${JSON.stringify(joined.error)}`);
    client.send = (text) =>
      socket.emit("send_message", { roomId: room, text, clientId: text.slice(0, 40) }, (answer) =>
        answer?.ok ? taken() : fail(`a send was refused: ${JSON.stringify(answer)}`),
      );
  },

  async centrifuge(url, { token, room }, client) {
    const centrifuge = new Centrifuge(`${url.replace("http", "ws")}/connection/websocket`, { token, websocket: WebSocket });
    const subscription = centrifuge.newSubscription(room);
    subscription.on("publication", ({ data }) => take(client, data.text));
    centrifuge.on("error", ({ error }) => fail(`a client failed: ${error.message}`));
    const subscribed = new Promise((resolve, reject) => subscription.once("subscribed", resolve).once("error", reject));
    subscription.subscribe();
    centrifuge.connect();
    await subscribed;
    client.send = (text) => subscription.publish({ roomId: room, text, clientId: text.slice(0, 40) }).then(taken, fail);
  },
};

async function open({ dialect, url, members, dialers }) {
  let next = 0;
  const rooms = new Set();
  await Promise.all(
    Array.from({ length: dialers }, async () => {
      for (let i = next++; i < members.length; i = next++) {
        const client = { next: new Map() };
        clients[i] = client;
        await dialects[dialect](url, members[i], client);
      }
    }),
  );
  senders = clients.filter((_, i) => !rooms.has(members[i].room) && rooms.add(members[i].room)).map((client) => ({ client, sent: 0 }));
  return {};
}

/** until waits for a condition that deliveries, acks and failures bring about. */
function until(condition, what) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => fail(`${what}: not within ${patience} ms: ${delivered} delivered, ${acked} acked`), patience);
    progress = () => {
      if (!failure && !condition()) return;
      clearTimeout(late);
      progress = () => {};
      failure ? reject(failure) : resolve();
    };
    progress();
  });
}

async function send({ times, burst, everyMs, size }) {
  const members = clients.length / senders.length;
  delivered = acked = 0;
  const begun = performance.now();
  for (let i = 0; i < times; i++) {
    const wait = begun + i * everyMs - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const sender = i % senders.length;
    for (let j = 0; j < burst; j++) {
      senders[sender].client.send(`${sender}.${senders[sender].sent++} `.padEnd(size, "abcdefghijklmnopqrstuvwxyz"));
    }
    const sent = (i + 1) * burst;
    // A send every so often, whether the last one has arrived or not; bursts one after the other.
    if (burst > 1 || i + 1 === times) await until(() => delivered >= sent * members && acked >= sent, "send");
  }
  return { delivered };
}

const orders = { open, send };
const lines = createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const [[name, order]] = Object.entries(JSON.parse(line));
  let answer;
  try {
    answer = { ok: await orders[name](order) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
// Connections are cut, not closed: the next peer is not to wait for farewells.
await once(lines, "close");
process.exit(0);

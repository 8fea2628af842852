// Keeps the collection `orders` equal to what the events say, and prints each order that changes.
//
// The stream only says that there is something new. How far an order is, is its `version`, which is kept in the same
// document as what follows from it: an event that comes twice changes nothing, and behind a gap the rest is read. So the
// process may die at any point. `after`, where the stream goes on, is kept behind what it stands for, never before.
import { MongoClient, ObjectId } from "mongodb";
import { io } from "socket.io-client";
import { openEvents, read } from "./events.mjs";
import { apply, NO_ORDER } from "./order.mjs";

const STREAM = "events/appended";
const RETRY_MS = 1000; // soon enough, and no burden on a server that restarts
const ANSWER_MS = 10_000; // longer than any answer takes

const client = await MongoClient.connect(process.env.MONGODB_URI ?? "mongodb://127.0.0.1:27017/?replicaSet=rs0");
const database = client.db(process.env.MONGODB_DATABASE ?? "roomstream");
const events = await openEvents(database);
const orders = database.collection("orders", { writeConcern: { w: "majority" } });
const positions = database.collection("positions", { writeConcern: { w: "majority" } });
const socket = io(process.env.ROOMSTREAM_URL ?? "http://localhost:8080", { auth: { token: process.env.TOKEN } });

async function project(event) {
  const { _id, ...order } = (await orders.findOne({ _id: event.aggregateId })) ?? NO_ORDER;
  if (event.version <= order.version) return; // it is in there
  if (event.version > order.version + 1) {
    for await (const missed of read(events, event.aggregateId, order.version)) await project(missed);
    return;
  }
  const next = apply(order, event);
  if (order.version === 0) await orders.insertOne({ _id: event.aggregateId, ...next });
  // The version in the filter keeps two projections at once from writing over each other.
  else await orders.replaceOne({ _id: event.aggregateId, version: order.version }, next);
  console.log(event.aggregateId, JSON.stringify(next));
}

/** All that is there, for the first start, and for a stream that cannot go on from where it was. */
async function rebuild() {
  for await (const event of events.find().sort({ aggregateId: 1, version: 1 })) await project(event);
}

// One after the other, in the order of the stream.
let work = Promise.resolve();
const inTurn = (job) => (work = work.then(job).catch(fail));

function fail(error) {
  console.error(error);
  process.exit(1); // its supervisor starts it again, from what is stored
}

async function subscribe() {
  const { after } = (await positions.findOne({ _id: STREAM })) ?? {};
  const connection = socket.id;
  const answer = await socket.timeout(ANSWER_MS).emitWithAck("subscribe_stream", { uri: STREAM, ...(after && { after }) }).catch((error) => {
    if (socket.connected && socket.id === connection) throw error;
  });
  if (!answer) return; // the connection broke; the next one asks again
  if (answer.ok && after) return console.log("going on");
  if (answer.ok) return rebuild().then(() => console.log("rebuilt")); // behind the opening: what comes meanwhile waits
  if (answer.error.code === "GONE" || answer.error.details?.field === "after") {
    await positions.deleteOne({ _id: STREAM }); // older than the oplog, or of a stream declared otherwise
    return subscribe();
  }
  if (!answer.error.retryable) throw new Error(answer.error.message);
  setTimeout(() => socket.id === connection && inTurn(subscribe), answer.error.retryAfterMs ?? RETRY_MS);
}

socket.on("connect", () => inTurn(subscribe));
socket.on("stream_event", ({ change, after }) =>
  inTurn(async () => {
    // An event too large for a stream comes without its document.
    await project(change.fullDocument ?? (await events.findOne({ _id: new ObjectId(change.documentKey._id.$oid) })));
    await positions.updateOne({ _id: STREAM }, { $set: { after } }, { upsert: true });
  }),
);
socket.on("stream_closed", () => inTurn(subscribe));
socket.on("connect_error", (error) => (socket.active ? console.error(error.message) : fail(error)));

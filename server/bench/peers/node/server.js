// The chat of the lesson, as it is usually written: express, socket.io and MongoDB. A send inserts a document; an
// insert-only change stream emits it to the room. Without MONGODB_URI nothing is stored and a send is emitted at once.
//
//   node server.js 127.0.0.1 9000
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import express from "express";
import { MongoClient, ObjectId } from "mongodb";
import { Server } from "socket.io";

const [host, port] = process.argv.slice(2);
const { JWT_SECRET, MONGODB_URI } = process.env;

const app = express();
app.get("/healthz", (_request, response) => response.json({ ok: true }));
const server = createServer(app);
const io = new Server(server);

io.use((socket, next) => {
  const user = verify(socket.handshake.auth.token);
  if (!user) return next(new Error("UNAUTHENTICATED"));
  socket.data.user = user;
  next();
});

/** verify returns who a token of HS256 says it is, or undefined. */
function verify(token) {
  const [header, claims, signature] = String(token).split(".");
  const want = createHmac("sha256", JWT_SECRET).update(`${header}.${claims}`).digest();
  const got = Buffer.from(signature ?? "", "base64url");
  if (got.length !== want.length || !timingSafeEqual(got, want)) return undefined;
  const { sub, exp } = JSON.parse(Buffer.from(claims, "base64url").toString());
  return exp * 1000 > Date.now() ? sub : undefined;
}

const deliver = (message) => io.to(`room-${message.roomId}`).emit("new_message", message);
const store = MONGODB_URI ? await open(MONGODB_URI) : deliverAtOnce;

io.on("connection", (socket) => {
  socket.on("join_room", (roomId, ack) => {
    socket.join(`room-${roomId}`);
    ack({ ok: true });
  });
  socket.on("send_message", async ({ roomId, text, clientId }, ack) => {
    try {
      const id = await store({ roomId, text, clientId, author: socket.data.user, timestamp: new Date() });
      ack({ ok: true, id });
    } catch (error) {
      ack({ error: { code: "INTERNAL", message: error.message } });
    }
  });
});

async function deliverAtOnce(message) {
  const id = new ObjectId();
  deliver({ id, ...message });
  return id;
}

async function open(uri) {
  const client = await MongoClient.connect(uri);
  const messages = client.db().collection("messages");
  await messages.createIndex({ roomId: 1, timestamp: 1 });
  const stream = messages.watch([{ $match: { operationType: "insert" } }]);
  stream.on("change", ({ fullDocument: { _id, ...message } }) => deliver({ id: _id, ...message }));
  stream.on("error", (error) => {
    console.error(error);
    process.exit(1);
  });
  // The stream must stand before the first send, or the first messages are never delivered.
  await new Promise((resolve) => stream.once("init", resolve).once("resumeTokenChanged", resolve));
  return async (message) => (await messages.insertOne(message)).insertedId;
}

server.listen(Number(port), host);
process.on("SIGTERM", () => process.exit(0));

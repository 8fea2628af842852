// Shows every post as it is created: node watch.mjs [ws://localhost:8080/posts/_streams/all]
//
// After a break it goes on behind the last post it has shown, so it misses none.
import WebSocket from "ws";

const RETRY_MS = 1000; // soon enough for a reader, and no burden on a server that restarts

const address = new URL(process.argv[2] ?? "ws://localhost:8080/posts/_streams/all");

function watch() {
  const socket = new WebSocket(address);
  socket.on("open", () => console.log("watching", address.pathname));
  socket.on("message", (frame) => {
    const { fullDocument, after } = JSON.parse(frame.toString());
    console.log(`${fullDocument.author}: ${fullDocument.content}`);
    address.searchParams.set("after", after);
  });
  socket.on("unexpected-response", (_, response) => {
    console.error("refused with", response.statusCode);
    if (response.statusCode === 410) address.searchParams.delete("after"); // older than the oplog: go on from now
    socket.terminate();
  });
  socket.on("error", (error) => console.error(error.message));
  socket.on("close", () => setTimeout(watch, RETRY_MS));
}

watch();

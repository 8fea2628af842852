// A chat in the terminal: what is typed is sent, what others say is printed.
//
//   ROOMSTREAM_TOKEN=... node chat.mjs http://localhost:8080 general

import { createInterface } from "node:readline";
import { connect } from "roomstream-client";

const [url = "http://localhost:8080", roomId = "general"] = process.argv.slice(2);
const chat = connect(url, { token: process.env.ROOMSTREAM_TOKEN ?? "" });
const room = chat.room(roomId, { since: 0 });

room.on("message", (message) => console.log(`${message.author}: ${message.text}`));
room.on("reset", (reason) => console.log(`(older messages are left out: ${reason})`));
chat.on("added", ({ name }, author) => console.error(`(${author} lets you into ${name})`));
chat.on("state", (state) => console.error(`(${state.kind}${state.error ? `: ${state.error.message}` : ""})`));

const input = createInterface({ input: process.stdin });
const sends = [];
input.on("line", (line) => sends.push(room.send(line).catch((error) => console.error(error.message))));
input.on("close", () => Promise.all(sends).then(() => chat.close()));

import { describe, expect, test } from "vitest";
import { ask, connected, must, transports } from "./harness/client";
import { Follower } from "./harness/follower";
import { openEmbedded, Server } from "./harness/server";

describe.each(transports)("binary payloads, over $name", ({ transports }) => {
  test("are answered with an error, and harm neither this client nor its neighbour", async () => {
    const server = await Server.start(await openEmbedded());
    const neighbour = new Follower(await connected(server.url, "bob"), "general");
    await neighbour.join();
    const socket = await connected(server.url, "alice", { transports });
    let ends = 0;
    socket.on("disconnect", () => ends++);

    const bytes = Buffer.from([0, 1, 2, 255]);
    const big = Buffer.alloc(200_000, 7);
    const refusals: [string, unknown, string][] = [
      ["send_message", { roomId: "general", text: bytes }, "BAD_REQUEST"],
      ["send_message", { roomId: "general", text: "hi", data: bytes }, "BAD_REQUEST"],
      ["send_message", { roomId: "general", text: "hi", data: { deep: [{ down: bytes }] } }, "BAD_REQUEST"],
      ["send_message", bytes, "BAD_REQUEST"],
      ["send_message", big, "BAD_REQUEST"],
      ["join_room", bytes, "BAD_REQUEST"],
      ["sync", { rooms: bytes }, "BAD_REQUEST"],
      ["no_such_event", bytes, "UNKNOWN_EVENT"],
    ];
    for (const [event, payload, code] of refusals) {
      expect((await ask(socket, event, payload)).error, event).toMatchObject({ code, retryable: false });
    }
    // Without a callback there is nothing to answer.
    socket.emit("send_message", bytes);
    socket.emit("no_such_event", bytes, big);

    expect((await must(socket, "send_message", { roomId: "general", text: "unharmed" })).seq).toBe(1);
    await neighbour.reaches(1);
    expect(neighbour.texts).toEqual(["unharmed"]);
    // Without binary values, what marks them elsewhere is a name like any other.
    const data = { _placeholder: true, num: 0, deep: [{ _placeholder: "x" }] };
    await must(socket, "send_message", { roomId: "general", text: "named", data });
    await neighbour.reaches(2);
    expect(neighbour.messages[1]).toMatchObject({ data });
    expect(ends).toBe(0);
  });
});

import { expect, onTestFinished, test, vi } from "vitest";
import { connect, pathOf } from "../client/src/index.js";
import { openEmbedded, Server } from "./harness/server";
import { tokenFor } from "./harness/token";

/** What would lead elsewhere if it stood in an address as it is. */
const HOSTILE = ["a/b", "a\\b", "../general", "..%2fgeneral", "%2e%2e", "?role=owner", "#there", "%", "%2F", "a+b&c=d", "...", "ä ö", "😀", "<b>", "x;y=1"];

test("what is asked of a room or a user is asked of no other, whatever they are called", async () => {
  const server = await Server.start(await openEmbedded());
  const chat = connect(server.url, { token: () => tokenFor("ann") });
  onTestFinished(() => chat.close());
  const asked = vi.spyOn(globalThis, "fetch");
  onTestFinished(() => asked.mockRestore());
  const paths = (): string[] => asked.mock.calls.splice(0).map(([input]) => new URL(String(input)).pathname);

  // Odd ids that rooms may have.
  for (const id of ["...", "..a", "a..b", ":", "-", "dots.and:colons"]) {
    const room = chat.room(id);
    const file = await room.upload(new Blob(["text of ", id]), "notes.txt");
    await room.send("with a file", { attachments: [file.id] });
    const { url } = await room.fileUrl(file.id);
    expect(await (await fetch(url)).text()).toBe(`text of ${id}`);
    expect(paths().slice(0, 2)).toEqual([`/api/rooms/${encodeURIComponent(id)}/files`, `/api/rooms/${encodeURIComponent(id)}/files/${file.id}/url`]);
  }
  // Those that no room may have are refused by the server, as what they are.
  for (const id of HOSTILE.filter((one) => !/^[\w.:-]+$/.test(one))) {
    await expect(chat.room(id).upload(new Blob(["x"]), "x.txt")).rejects.toMatchObject({ code: "BAD_REQUEST", field: "roomId" });
    expect(paths()).toEqual([`/api/rooms/${encodeURIComponent(id)}/files`]);
  }
  // Those that no address can hold are not asked for at all.
  for (const id of [".", "..", "", "\ud800"]) {
    await expect(chat.room(id).upload(new Blob(["x"]), "x.txt")).rejects.toMatchObject({ code: "BAD_REQUEST", retryable: false });
    await expect(chat.room("general").fileUrl(id)).rejects.toMatchObject({ code: "BAD_REQUEST", retryable: false });
    expect(paths()).toEqual([]);
  }

  const club = await chat.createRoom({ id: "club", name: "The Club", type: "private" });
  for (const userId of HOSTILE) {
    const response = await fetch(server.url + pathOf("api", "rooms", club.id, "members", userId), {
      method: "PUT",
      headers: { Authorization: `Bearer ${tokenFor("ann")}`, "Content-Type": "application/json" },
      body: JSON.stringify({ role: "member" }),
    });
    expect([userId, response.status]).toEqual([userId, 200]);
  }
  const { members } = await chat.room("club").members({ limit: 100 });
  expect(members.map(({ userId }) => userId).toSorted()).toEqual(["ann", ...HOSTILE].toSorted());
});

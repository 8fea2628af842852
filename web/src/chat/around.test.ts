import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import { readAround } from "./around";
import { People } from "./people";
import { RoomState } from "./room";

/** A room of 90 messages of which none was read, and a page around the tenth that comes when it is let come. */
function room(): { room: RoomState; come: () => void } {
  const made = new RoomState("r", "me", new People({ id: "me", name: "Me" }, { people: () => Promise.reject(new Error("nobody is asked here")) } as never), signal(0));
  made.dispatch({ type: "joined", lastSeq: 90 });
  let answer: (page: object) => void = () => undefined;
  made.handle = { history: () => new Promise((resolve) => (answer = resolve)) } as never;
  const message = { event: "new_message", id: "a", roomId: "r", seq: 10, text: "x", author: "ann", timestamp: "2026-01-01T00:00:00.000Z" };
  return { room: made, come: () => answer({ messages: [message], hasBefore: true, hasAfter: true }) };
}

const shown = (of: RoomState) => of.shown.peek().messages.map(({ seq }) => seq);

test("a page around a message is shown when it comes", async () => {
  const { room: made, come } = room();
  const end = readAround(made, 10, () => true);
  come();
  expect(await end).toBe("shown");
  expect(shown(made)).toEqual([10]);
});

test("a page that nobody waits for any more takes nobody away from where he is", async () => {
  const { room: made, come } = room();
  let wanted = true;
  const end = readAround(made, 10, () => wanted);
  wanted = false;
  come();
  await end;
  expect(shown(made)).toEqual([]);
});

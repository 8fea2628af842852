import { expect, test } from "vitest";
import type { LogEvent, NewMessage } from "../protocol";
import { ApartMessages } from "./apart";

const message = (seq: number): NewMessage => ({ id: "", roomId: "r", seq, text: `text ${seq}`, author: "ann", timestamp: "2026-01-01T00:00:00.000Z" });
const edited = (target: number, text: string): LogEvent => ({ event: "message_updated", roomId: "r", seq: 99, target, text, timestamp: "2026-01-01T00:00:01.000Z" });
const turn = () => new Promise((resolve) => setTimeout(resolve));

/** Answers when it is told to. */
class Host {
  readonly me = "me";
  readonly roomId = "r";
  readonly asked: { seq: number; answer: (message?: NewMessage) => void; fail: () => void }[] = [];
  here: NewMessage | undefined;

  find(): NewMessage | undefined {
    return this.here;
  }

  read(seq: number): Promise<NewMessage | undefined> {
    return new Promise((answer, fail) => this.asked.push({ seq, answer, fail: () => fail(new Error("no connection")) }));
  }
}

test("what is here is not read, and follows its events", () => {
  const host = new Host();
  host.here = message(1);
  const apart = new ApartMessages(host);
  const one = apart.of(1);
  apart.take(edited(1, "other"));
  apart.take(edited(2, "of another"));
  expect(one.value).toMatchObject({ kind: "message", message: { text: "other" } });
  expect(host.asked).toEqual([]);
});

test("others are read one by one, each once, with what was told meanwhile; what is not there is none", async () => {
  const host = new Host();
  const apart = new ApartMessages(host);
  const [one, two] = [apart.of(1), apart.of(2)];
  apart.of(1);
  await turn();
  expect(host.asked.map(({ seq }) => seq)).toEqual([1]);
  apart.take(edited(1, "newer"));
  host.asked[0]?.answer(message(1));
  await turn();
  expect(one.value).toMatchObject({ kind: "message", message: { text: "newer" } });
  expect(two.value.kind).toBe("loading");
  host.asked[1]?.answer(undefined);
  await turn();
  expect(two.value.kind).toBe("none");
  expect(host.asked).toHaveLength(2);
});

test("what could not be read is read when the connection is back, and after a reset everything is", async () => {
  const host = new Host();
  const apart = new ApartMessages(host);
  const one = apart.of(1);
  await turn();
  host.asked[0]?.fail();
  await turn();
  expect([one.value.kind, host.asked.length]).toEqual(["loading", 1]);
  apart.resume();
  apart.reset(); // the answer of before is of no use any more
  host.asked[1]?.answer(message(1));
  await turn();
  expect(one.value.kind).toBe("loading");
  host.asked[2]?.answer({ ...message(1), text: "of the other log" });
  await turn();
  expect(one.value).toMatchObject({ kind: "message", message: { text: "of the other log" } });
});

// Meddling with what goes between a page and its server.

import type { Page } from "playwright-core";

/** An answer in the server's place; undefined: the server's own. "none": no answer at all. */
export type Answer = object | "none" | undefined;

/** Answers a page's questions of one event in the server's place; what else is asked does not wait for a promise. To be called before the page is opened. */
export async function answerFor(page: Page, event: string, answer: (payload: Record<string, unknown>) => Answer | Promise<Answer>, ready?: (payload: object) => object): Promise<void> {
  const question = new RegExp(`^42(\\d+)\\["${event}",(.*)\\]$`, "s");
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const upstream = socket.connectToServer();
    socket.onMessage((message) => {
      const asked = question.exec(String(message));
      const given = asked ? answer(JSON.parse(asked[2] ?? "{}") as Record<string, unknown>) : undefined;
      const pass = (one: Answer) => {
        if (!asked || one === undefined) upstream.send(message);
        else if (one !== "none") socket.send(`43${asked[1]}${JSON.stringify([one])}`);
      };
      if (given instanceof Promise) void given.then(pass);
      else pass(given);
    });
    upstream.onMessage((message) => {
      const told = /^42\["ready",(.*)\]$/s.exec(String(message));
      socket.send(told && ready ? `42${JSON.stringify(["ready", ready(JSON.parse(told[1] ?? "{}") as object)])}` : message);
    });
  });
}

/** A log that was restored from an earlier copy: a page's second join of its room is told that its number is beyond the end. To be called before the page is opened. */
export async function restoreAtRejoin(page: Page, roomId: string): Promise<void> {
  let joins = 0;
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const upstream = socket.connectToServer();
    let joinId = "";
    socket.onMessage((message) => {
      const join = /^42(\d+)\["join_room",\{"roomId":"([^"]+)"/.exec(String(message));
      if (join?.[2] === roomId && ++joins === 2) joinId = join[1] ?? "";
      upstream.send(message);
    });
    upstream.onMessage((message) => {
      const text = String(message);
      if (joinId !== "" && text.startsWith(`43${joinId}[`)) {
        joinId = "";
        const [answer] = JSON.parse(text.slice(text.indexOf("["))) as [object];
        return socket.send(`${text.slice(0, text.indexOf("["))}${JSON.stringify([{ ...answer, events: [], reset: { reason: "ahead" } }])}`);
      }
      socket.send(message);
    });
  });
}

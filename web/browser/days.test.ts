// Days and groups, in the viewer's timezone.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Gives message n of a room the nth time: a server that has just started has no log of several days. */
async function retime(page: Page, times: Date[]): Promise<void> {
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const upstream = socket.connectToServer();
    upstream.onMessage((message) => {
      socket.send(
        String(message).replace(/"seq":(\d+)(,"text":.*?"timestamp":)"[^"]*"/g, (whole, seq: string, between: string) => {
          const time = times[Number(seq) - 1];
          return time ? `"seq":${seq}${between}"${time.toISOString()}"` : whole;
        }),
      );
    });
  });
}

const daysOnPage = (page: Page) =>
  page.locator(".day").evaluateAll((days) =>
    days.map((day) => ({
      name: day.getAttribute("aria-label"),
      groups: [...day.querySelectorAll(".group")].map((group) => group.querySelectorAll(".message").length),
    })),
  );

const ann = "Ann";

test("days are the viewer's: the same log, cut elsewhere in another timezone", async () => {
  // 23:30 UTC is the next day in Berlin and the same evening in New York, in summer and in winter.
  const yesterday = new Date();
  yesterday.setUTCDate(yesterday.getUTCDate() - 2);
  yesterday.setUTCHours(23, 30, 0, 0);
  const earlier = new Date(yesterday.getTime() - 8 * 3_600_000);
  await server.postAll("days", ["afternoon", "evening"]);
  const names: Record<string, number> = {};
  for (const timezone of ["Europe/Berlin", "America/New_York"]) {
    const person = await Person.enter(browser, server, ann, { room: "days", timezone, before: (page) => retime(page, [earlier, yesterday]) });
    await person.bubble("evening").waitFor();
    names[timezone] = (await daysOnPage(person.page)).length;
    await person.leave();
  }
  expect(names).toEqual({ "Europe/Berlin": 2, "America/New_York": 1 });
});

test("days have names, and within one a sender's messages stand together for five minutes", async () => {
  const now = new Date();
  now.setUTCHours(12, 0, 0, 0);
  const at = (daysAgo: number, minutes: number) => new Date(now.getTime() - daysAgo * 86_400_000 + minutes * 60_000);
  const times = [at(1, 0), at(1, 4), at(1, 20), at(0, -30), at(0, -29)];
  for (const text of ["a", "b", "c", "d", "e"]) await server.post("groups", text);
  const person = await Person.enter(browser, server, ann, { room: "groups", timezone: "UTC", before: (page) => retime(page, times) });
  await person.bubble("e").waitFor();
  const days = await daysOnPage(person.page);
  expect(days.map((day) => day.groups)).toEqual([[2, 1], [2]]);
  expect(days.map((day) => day.name)).toEqual(["Yesterday", "Today"]);
  await person.leave();
});

test("a day's name stays in sight while its messages are", async () => {
  await server.postAll("sticky", Array.from({ length: 45 }, (_, i) => `message ${i}`));
  const person = await Person.enter(browser, server, ann, { room: "sticky" });
  const distance = await person.page.evaluate(() => {
    const scroller = document.querySelector(".timeline") as HTMLElement;
    scroller.scrollTop = scroller.scrollHeight / 2;
    const name = document.querySelector(".day-name") as HTMLElement;
    return name.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  });
  expect(distance).toBeGreaterThanOrEqual(0);
  expect(distance).toBeLessThan(40);
  await person.leave();
});

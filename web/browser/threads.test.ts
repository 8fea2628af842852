// Answers: the quote that leads to what is answered, and the thread beside the room.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

/** Answers one page of a thread brings, and a few more. */
const MANY_ANSWERS = 56;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

async function answer(room: string, parent: number, text: string, who = "bot"): Promise<number> {
  return Number((await server.ask(who, "POST", `rooms/${room}/messages`, { text, parent }))["seq"]);
}

const inThread = (page: Page) => page.locator(".thread .bubble-text");
const threadField = (page: Page) => page.getByRole("textbox", { name: "Reply in the thread" });

test("a reply shows what it answers, follows its changes, and leads to it", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "quotes" });
  const bo = await Person.enter(browser, server, "Bo", { room: "quotes" });
  await ann.say("shall we meet on Monday?");
  await bo.bubble("shall we meet on Monday?").waitFor();
  await (await bo.openMenu("shall we meet on Monday?")).getByRole("menuitem", { name: "Reply" }).press("Enter");
  const bar = bo.page.locator(".answer-bar");
  await bar.getByText("shall we meet on Monday?").waitFor();
  // What is answered is kept as what was typed is, and given up by Escape.
  await bo.page.reload();
  await bar.getByText("shall we meet on Monday?").waitFor();
  await bo.field.press("Escape");
  await bar.waitFor({ state: "detached" });
  await (await bo.openMenu("shall we meet on Monday?")).getByRole("menuitem", { name: "Reply" }).press("Enter");
  await expect.poll(() => bo.field.evaluate((field) => field === document.activeElement), { timeout: SOON_MS }).toBe(true);
  await bo.say("Monday is fine");
  await bar.waitFor({ state: "detached" });
  await ann.bubble("Monday is fine").getByRole("link", { name: /In reply to You shall we meet on Monday\?/ }).waitFor();
  expect((await server.log("quotes")).map(({ text, parent }) => [text, parent])).toEqual([["shall we meet on Monday?", undefined], ["Monday is fine", 1]]);
  await (await ann.openMenu("shall we meet on Monday?")).getByRole("menuitem", { name: "Edit" }).press("Enter");
  await ann.editField.fill("shall we meet on Tuesday?");
  await ann.editField.press("Enter");
  await bo.bubble("Monday is fine").getByRole("link", { name: /Tuesday/ }).waitFor();
  await ann.bubble("Monday is fine").getByRole("link", { name: /Tuesday/ }).click();
  await ann.page.locator('.message-found[data-seq="1"]').waitFor();
  await ann.leave();
  await bo.leave();
});

test("what is answered may stand many pages back", async () => {
  await server.postAll("far-quote", Array.from({ length: 130 }, (_, i) => `line ${i}`));
  const [first] = await server.log("far-quote");
  await answer("far-quote", first?.seq ?? 0, "as was said at the beginning");
  await answer("far-quote", first?.seq ?? 0, "so it was");
  const ann = await Person.enter(browser, server, "Ann", { room: "far-quote" });
  const quote = ann.bubble("so it was").getByRole("link", { name: /In reply to Bot line 0/ });
  await quote.click();
  const source = ann.page.locator('.message-found[data-seq="1"]');
  await source.waitFor();
  await expect.poll(() => source.evaluate((row) => row.contains(document.activeElement)), { timeout: SOON_MS }).toBe(true);
  await source.getByRole("button", { name: "2 replies" }).waitFor();
  await server.ask("bot", "DELETE", "rooms/far-quote/messages/1");
  await source.getByText("This message was deleted.").waitFor();
  await ann.page.getByRole("button", { name: "Jump to present" }).click();
  await ann.bubble("so it was").getByRole("link", { name: /This message was deleted\./ }).waitFor();
  await ann.leave();
});

test("a thread is live on both sides, has a field of its own, and is opened again by its address", async () => {
  await server.post("thread", "which colour?");
  await answer("thread", 1, "green");
  const ann = await Person.enter(browser, server, "Ann", { room: "thread", width: 1440 });
  const bo = await Person.enter(browser, server, "Bo", { room: "thread", width: 360 });
  await ann.bubble("which colour?").getByRole("button", { name: "1 reply" }).click();
  await expect.poll(() => inThread(ann.page).allTextContents(), { timeout: SOON_MS }).toEqual(["which colour?", "green"]);
  expect(new URL(ann.page.url()).search).toBe("?thread=1");
  await (await bo.openMenu("which colour?")).getByRole("menuitem", { name: "Open thread" }).press("Enter");
  await threadField(bo.page).fill("blue");
  await threadField(bo.page).press("Enter");
  await expect.poll(() => inThread(ann.page).allTextContents(), { timeout: SOON_MS }).toEqual(["which colour?", "green", "blue"]);
  await ann.page.locator("#messages").getByRole("button", { name: "2 replies" }).waitFor();
  // What is said in the room is not said in the thread, and its draft stays its own.
  await threadField(ann.page).fill("half a thought");
  await ann.say("something else");
  await bo.page.locator(".room-body").getByText("something else").waitFor({ state: "attached" });
  expect(await inThread(bo.page).allTextContents()).toEqual(["which colour?", "green", "blue"]);
  await ann.page.reload();
  await expect.poll(() => inThread(ann.page).allTextContents(), { timeout: SOON_MS }).toEqual(["which colour?", "green", "blue"]);
  expect(await threadField(ann.page).inputValue()).toBe("half a thought");
  // An answer that goes is gone on both sides, and is not counted any more.
  await server.ask("bot", "DELETE", "rooms/thread/messages/2");
  await ann.page.locator(".thread").getByText("This message was deleted.").waitFor();
  await ann.page.locator("#messages").getByRole("button", { name: "1 reply" }).waitFor();
  await bo.page.locator(".thread").getByText("This message was deleted.").waitFor();
  // Escape leads back to what opened it.
  await threadField(bo.page).press("Escape");
  await bo.page.locator(".thread").waitFor({ state: "detached" });
  await expect.poll(() => bo.page.evaluate(() => document.activeElement?.closest("[data-key]")?.getAttribute("data-seq")), { timeout: SOON_MS }).toBe("1");
  await ann.leave();
  await bo.leave();
});

test("who goes on by keys while a thread closes keeps the focus where he is", async () => {
  await server.post("leaving", "who comes?");
  const ann = await Person.enter(browser, server, "Ann", { room: "leaving" });
  const { page } = ann;
  await (await ann.openMenu("who comes?")).getByRole("menuitem", { name: "Open thread" }).press("Enter");
  await threadField(page).waitFor();
  // A page that has much to do draws its next frame late.
  await page.evaluate(() => {
    const soon = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (draw) => window.setTimeout(() => soon(draw), 1000);
  });
  await threadField(page).press("Escape");
  await page.locator(".thread").waitFor({ state: "detached" });
  await ann.field.focus();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("composer");
  await ann.leave();
});

test("of a long thread the newest replies come first, and what was missed while away comes by itself", async () => {
  await server.post("long-thread", "go on");
  for (let i = 0; i < MANY_ANSWERS; i++) await answer("long-thread", 1, `answer ${i}`);
  const ann = await Person.enter(browser, server, "Ann", { room: "long-thread?thread=1" });
  const newest = inThread(ann.page).last();
  await expect.poll(() => newest.textContent(), { timeout: SOON_MS }).toBe(`answer ${MANY_ANSWERS - 1}`);
  await expect.poll(() => inThread(ann.page).count(), { timeout: SOON_MS }).toBe(51);
  await server.stop();
  await ann.connected(false);
  await server.start();
  await answer("long-thread", 1, "while you were away");
  await expect.poll(() => newest.textContent(), { timeout: SOON_MS }).toBe("while you were away");
  await ann.page.getByRole("button", { name: "Show earlier replies" }).click();
  await expect.poll(() => inThread(ann.page).count(), { timeout: SOON_MS }).toBe(MANY_ANSWERS + 2);
  expect((await inThread(ann.page).allTextContents()).slice(0, 3)).toEqual(["go on", "answer 0", "answer 1"]);
  await ann.page.locator(".thread").getByText(`${MANY_ANSWERS + 1} replies`).waitFor();
  await ann.leave();
});

/** A place may be off by less, in CSS pixels: pixels of the screen are rounded to. */
const OFF_PX = 1;

test("who reads in the middle of a thread stays there when something above shrinks or comes", async () => {
  const tall = (word: string) => Array.from({ length: 15 }, (_, i) => `${word} ${i}`).join("\n");
  await server.post("held", tall("asked"));
  for (let i = 0; i < MANY_ANSWERS; i++) await answer("held", 1, i === 10 ? tall("answered") : `answer ${i}`);
  const ann = await Person.enter(browser, server, "Ann", { room: "held?thread=1", width: 1440 });
  await expect.poll(() => inThread(ann.page).count(), { timeout: SOON_MS }).toBe(51);
  const scroller = ann.page.locator("#thread-messages");
  await scroller.evaluate((element) => {
    const row = [...element.querySelectorAll(".message")].find((one) => one.querySelector(".bubble-text")?.textContent === "answer 30");
    if (!row) throw new Error("answer 30 is not there");
    element.scrollTop += row.getBoundingClientRect().top - element.getBoundingClientRect().top;
    // The frame after the next comes when the page has been told of the scrolling.
    return new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
  });
  const top = () => scroller.evaluate((element) => ([...element.querySelectorAll(".message")].find((one) => one.querySelector(".bubble-text")?.textContent === "answer 30")?.getBoundingClientRect().top ?? Number.NaN) - element.getBoundingClientRect().top);
  const before = await top();
  const stays = () => expect.poll(async () => Math.abs((await top()) - before), { timeout: SOON_MS }).toBeLessThanOrEqual(OFF_PX);
  const deleted = ann.page.locator(".thread").getByText("This message was deleted.");
  await server.ask("bot", "DELETE", "rooms/held/messages/12"); // the tall answer
  await deleted.waitFor({ state: "attached" });
  await stays();
  await server.ask("bot", "DELETE", "rooms/held/messages/1"); // what was asked
  await expect.poll(() => deleted.count(), { timeout: SOON_MS }).toBe(2);
  await stays();
  // Not by the mouse, which would scroll there. A scrolling may be told of before the page has made good what changed above.
  await ann.page.getByRole("button", { name: "Show earlier replies" }).evaluate(async (button: HTMLElement) => {
    const scroller = button.closest("#thread-messages");
    button.click();
    while (button.isConnected) await Promise.resolve();
    scroller?.dispatchEvent(new Event("scroll"));
  });
  await expect.poll(() => inThread(ann.page).count(), { timeout: SOON_MS }).toBe(MANY_ANSWERS + 1);
  await stays();
  await ann.leave();
});

const unreadThreads = (page: Page) => page.locator(".threads-button");

test("new replies to what one wrote are listed on every device until they are read, also where the room is not", async () => {
  await server.ask("ann", "POST", "rooms/plans/messages", { text: "where do we meet?" }, "Ann");
  await server.ask("ann", "PUT", "rooms/plans/read", { seq: 1 });
  const phone = await Person.enter(browser, server, "Ann", { room: "elsewhere", width: 360 });
  const desk = await Person.enter(browser, server, "Ann", { room: "elsewhere", width: 1440 });
  await Promise.all([phone.connected(), desk.connected()]);
  await answer("plans", 1, "at the station", "bo");
  await answer("plans", 1, "at nine", "bo");
  await unreadThreads(desk.page).waitFor();
  await unreadThreads(phone.page).waitFor({ state: "attached" }); // its list is a drawer
  await desk.page.reload();
  await unreadThreads(desk.page).click();
  const card = desk.page.getByRole("dialog").getByRole("link", { name: /plans.*You: where do we meet\?.*2 new replies/ });
  await card.waitFor();
  await desk.page.keyboard.press("Escape");
  // On the phone the thread covers the room: what is read there is read in the thread alone.
  await phone.page.getByRole("button", { name: "Rooms" }).click();
  await unreadThreads(phone.page).click();
  await phone.page.getByRole("dialog").getByRole("link", { name: /2 new replies/ }).click();
  await expect.poll(() => inThread(phone.page).allTextContents(), { timeout: SOON_MS }).toEqual(["where do we meet?", "at the station", "at nine"]);
  await phone.page.locator(".thread .unread-line").waitFor();
  await unreadThreads(desk.page).waitFor({ state: "detached" });
  await unreadThreads(phone.page).waitFor({ state: "detached" });
  await expect.poll(() => desk.page.locator("[data-room=plans] .badge").allTextContents(), { timeout: SOON_MS }).toEqual(["2 unread"]);
  expect(await server.ask("ann", "GET", "threads")).toEqual({ threads: [], more: false });
  await phone.leave();
  await desk.leave();
});

test("any thread can be followed and left, and what is read in the room is read in its threads", async () => {
  await server.post("follow-a", "first thread");
  await server.post("follow-b", "second thread");
  for (const room of ["follow-a", "follow-b"]) await server.ask("cleo", "PUT", `rooms/${room}/read`, { seq: 1 });
  const cleo = await Person.enter(browser, server, "Cleo", { room: "follow-a?thread=1", width: 1440 });
  await cleo.page.getByRole("button", { name: "Follow", exact: true }).click();
  await cleo.page.getByRole("button", { name: "Following" }).waitFor();
  await cleo.page.goto(`${server.url}/rooms/follow-b?thread=1`);
  await cleo.page.getByRole("button", { name: "Follow", exact: true }).click();
  await cleo.page.getByRole("button", { name: "Following" }).click();
  await cleo.page.getByRole("button", { name: "Follow", exact: true }).waitFor();
  await cleo.page.goto(`${server.url}/rooms/elsewhere`);
  await cleo.connected();
  await answer("follow-b", 1, "of what was left");
  await answer("follow-a", 1, "of what is followed");
  await unreadThreads(cleo.page).click();
  const dialog = cleo.page.getByRole("dialog");
  await dialog.getByRole("link", { name: /follow-a.*first thread.*1 new reply/ }).waitFor();
  expect(await dialog.locator(".card").count()).toBe(1);
  await dialog.getByRole("button", { name: "Mark as read" }).click();
  await dialog.getByText("You have read all the threads you follow.").waitFor();
  await cleo.page.keyboard.press("Escape");
  await answer("follow-a", 1, "once more");
  await unreadThreads(cleo.page).waitFor();
  await cleo.page.locator("[data-room=follow-a]").click();
  await cleo.bubble("once more").waitFor();
  await unreadThreads(cleo.page).waitFor({ state: "detached" });
  await cleo.leave();
});

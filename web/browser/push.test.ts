// Web Push as far as a browser without its maker's push service goes: what cannot be had here is the way from the service to
// the browser, which the browser's own tools take the place of. In one test the service is ours.

import type { Browser, CDPSession, Page, Worker } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { connect } from "../client/src/index.js";
import { AXE, faultsOf } from "./axe";
import { startBrowser } from "./browser";
import { push as german } from "../src/i18n/de/push";
import { push as french } from "../src/i18n/fr/push";
import { Person, SOON_MS } from "./person";
import { PushService, type Subscribed } from "./push-service";
import { Server } from "./server";

const SWITCH = { name: /Notify me on this device/ };

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start("-push-subject", "mailto:admin@example.com", "-push-allow-private=true")]);
  await server.post("general", "hello");
  await server.post("other", "hello");
});

afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

/** A page of somebody's browser. */
type At = Pick<Person, "context" | "page">;

const openMenu = ({ page }: At) => page.getByRole("button", { expanded: false }).and(page.locator(".me")).click();

/** The worker as the browser's tools see it, and what delivers a message to it. */
async function workerOf(person: At): Promise<(data: string) => Promise<void>> {
  const tools: CDPSession = await person.context.newCDPSession(person.page);
  // What is delivered to a worker that is still being activated is lost here; a push service's message would wait.
  const activated = new Promise<string>((resolve) => {
    tools.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
      const found = versions.find((one) => one.status === "activated");
      if (found) resolve(found.registrationId);
    });
  });
  await tools.send("ServiceWorker.enable");
  const registrationId = await activated;
  const worker = await theWorker(person);
  await worker.evaluate(() => {
    const scope = self as unknown as Counting;
    scope.shown = 0;
    const show = scope.registration.showNotification.bind(scope.registration);
    scope.registration.showNotification = async (title, options) => {
      await show(title, options);
      scope.shown++;
    };
  });
  return async (data) => {
    const before = await worker.evaluate(() => (self as unknown as Counting).shown);
    await tools.send("ServiceWorker.deliverPushMessage", { origin: server.url, registrationId, data });
    // Not by asking what is shown: Chromium forgets a notification that it is asked for while it brings it to the screen.
    await expect.poll(() => worker.evaluate(() => (self as unknown as Counting).shown), { timeout: SOON_MS }).toBe(before + 1);
  };
}

/** The worker's inside, which counts what it has shown. */
interface Counting {
  shown: number;
  registration: ServiceWorkerRegistration;
}

const theWorker = async (person: At): Promise<Worker> => person.context.serviceWorkers()[0] ?? (await person.context.waitForEvent("serviceworker"));

interface Shown {
  title: string;
  body: string;
  tag: string;
}

const shownOn = (page: Page): Promise<Shown[]> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
  });

const sees = (page: Page, expected: Shown[]) => expect.poll(() => shownOn(page), { timeout: SOON_MS }).toEqual(expected);

/** Somebody with the worker in his browser: a click on the switch brings it there. */
async function withWorker(): Promise<Person> {
  const person = await Person.enter(browser, server, "Ann", { room: "general", worker: true });
  await person.context.grantPermissions(["notifications"], { origin: server.url });
  await openMenu(person);
  await person.page.getByRole("switch", SWITCH).click();
  await person.page.waitForFunction(() => navigator.serviceWorker.getRegistration("/").then((registration) => registration?.active?.state === "activated"));
  return person;
}

/** Leaves. Playwright's contexts are incognito ones, in which Chromium subscribes to nothing, and says so; nothing else may be wrong. */
async function leaveIncognito(person: Person): Promise<void> {
  const others = person.troubles.filter((trouble) => !trouble.includes("does not support the Push API in incognito mode"));
  expect(others.length).toBe(person.troubles.length - 1);
  person.troubles.splice(0, person.troubles.length, ...others);
  await person.leave();
}

it("asks for nothing before a click, and says what failed", async () => {
  const person = await Person.enter(browser, server, "Ann", { room: "general", worker: true, before: (page) => page.addInitScript(AXE) });
  await openMenu(person);
  const control = person.page.getByRole("switch", SWITCH);
  await control.waitFor();
  expect(await control.getAttribute("aria-checked")).toBe("false");
  expect(await person.page.evaluate(() => navigator.serviceWorker.ready.then(({ pushManager }) => pushManager.getSubscription()))).toBeNull();
  // Nobody gives leave here: the browser denies, as it does where a person has said no.
  await control.click();
  await person.page.getByText("Your browser does not let this site notify you.", { exact: false }).waitFor();
  expect(await control.getAttribute("aria-checked")).toBe("false");
  expect(await faultsOf(person.page)).toEqual([]);
  await person.leave();
});

it("brings the worker and says that there is no push service", async () => {
  const person = await withWorker();
  await person.page.getByText("could not reach its push service", { exact: false }).waitFor();
  expect(await person.page.getByRole("switch", SWITCH).getAttribute("aria-checked")).toBe("false");
  const response = await fetch(`${server.url}/push-worker.js`);
  expect(response.headers.get("content-type")).toContain("text/javascript");
  expect(response.headers.get("cache-control")).toBe("no-cache");
  await leaveIncognito(person);
});

it("shows what is pushed, one notification a room", async () => {
  const person = await withWorker();
  const deliver = await workerOf(person);
  const message = { id: "0", kind: "mention", roomId: "other", roomName: "Other", seq: 1, author: "bob", authorName: "Bob", text: "<b>hello</b> @Ann" };
  await deliver(JSON.stringify(message));
  await sees(person.page, [{ title: "Bob in Other", body: "<b>hello</b> @Ann", tag: "room:other" }]);
  await deliver(JSON.stringify({ ...message, seq: 2, text: "again" }));
  await sees(person.page, [{ title: "Bob in Other", body: "again", tag: "room:other" }]);
  await deliver(JSON.stringify({ kind: "direct", roomId: "dm:x", seq: 1, author: "bob" }));
  await deliver(JSON.stringify({ kind: "invitation", roomId: "plans", roomName: "Plans", author: "bob", authorName: "Bob" }));
  await deliver("unreadable");
  await expect
    .poll(async () => (await shownOn(person.page)).map(({ title, body }) => `${title}: ${body}`).sort(), { timeout: SOON_MS })
    .toEqual(["Bob in Other: again", "Plans: Bob added you to this room.", "You missed something: Open the chat to see it.", "bob: wrote to you."].sort());
  await leaveIncognito(person);
});

it("says what is pushed in the language that is chosen", async () => {
  const person = await Person.enter(browser, server, "Ann", { room: "general", worker: true, locale: "de-DE" });
  const { page } = person;
  await person.context.grantPermissions(["notifications"], { origin: server.url });
  await openMenu(person);
  await page.getByRole("switch", { name: german.notify }).click();
  await page.waitForFunction(() => navigator.serviceWorker.getRegistration("/").then((registration) => registration?.active?.state === "activated"));
  const deliver = await workerOf(person);
  const kept = (text: string) => expect.poll(() => page.evaluate(async () => (await caches.match("/push-words"))?.text()), { timeout: SOON_MS }).toContain(text);
  await kept(german.missed);
  await deliver(JSON.stringify({ kind: "direct", roomId: "dm:x", seq: 1, author: "bob" }));
  await deliver(JSON.stringify({ kind: "invitation", roomId: "plans", roomName: "Plans", author: "bob", authorName: "Bo{room}b" }));
  const said = async () => (await shownOn(page)).map(({ title, body }) => `${title}: ${body}`).sort();
  await expect.poll(said, { timeout: SOON_MS }).toEqual(["Plans: Bo{room}b hat Sie in diesen Raum aufgenommen.", "bob: hat Ihnen geschrieben."]);
  await page.locator(".language-picker select").selectOption("Français");
  await kept(french.missed);
  await deliver("unreadable");
  await expect.poll(said, { timeout: SOON_MS }).toContain(`${french.missed}: ${french.look}`);
  await leaveIncognito(person);
});

it("tells who has closed his pages, through a push service, and forgets the device when he signs out", async () => {
  const service = await PushService.start();
  onTestFinished(() => service.close());
  const token = server.token("fay", "Fay");
  const devices = async () => (await server.ask("fay", "GET", "push/subscriptions", undefined, "Fay"))["subscriptions"];
  const fay = await Person.enter(browser, server, "Fay", { token, room: "general", worker: true, before: (page) => service.serve(page.context()) });
  const { context } = fay;
  await context.grantPermissions(["notifications"], { origin: server.url });
  const isOn = ({ page }: At) => expect.poll(() => page.getByRole("switch", SWITCH).getAttribute("aria-checked"), { timeout: SOON_MS }).toBe("true");
  const subscribed = ({ page }: At) => page.evaluate((kept) => JSON.parse(localStorage.getItem(kept) ?? "{}") as Subscribed, PushService.kept);
  await openMenu(fay);
  await fay.page.getByRole("switch", SWITCH).click();
  await isOn(fay);
  expect(await devices()).toHaveLength(1);
  const { key } = (await server.ask("fay", "GET", "push/key")) as { key: string };
  expect(await subscribed(fay)).toEqual({ key, ended: 0 });

  await fay.page.close();
  const bob = connect(server.url, { token: server.token("bob", "Bob") });
  onTestFinished(() => bob.close());
  await expect.poll(async () => (await bob.presence(["fay"]))[0]?.sockets, { timeout: SOON_MS }).toBe(0);
  const { seq } = await server.post("general", "@Fay, are you *there*?", server.token("bob", "Bob"));
  await expect.poll(() => service.pushed.length + service.refused.length, { timeout: SOON_MS }).toBeGreaterThan(0);
  expect(service.refused).toEqual([]);
  const [{ headers, text } = { headers: {}, text: "" }] = service.pushed;
  expect(headers).toMatchObject({ "content-encoding": "aes128gcm", urgency: "high" });
  expect(JSON.parse(text)).toMatchObject({ kind: "mention", roomId: "general", seq, author: "bob", authorName: "Bob", text: "@Fay, are you *there*?" });

  // The browser is there again, and shows what its service has kept for it.
  const again = { context, page: await context.newPage() };
  await again.page.addInitScript((given) => sessionStorage.setItem("roomstream.token", given), token);
  await again.page.goto(`${server.url}/rooms/general`);
  const deliver = await workerOf(again);
  await deliver(text);
  await sees(again.page, [{ title: "Bob in general", body: "@Fay, are you *there*?", tag: "room:general" }]);

  await openMenu(again);
  await isOn(again);
  await again.page.getByRole("button", { name: "Sign out" }).click();
  await again.page.getByLabel("Your name").waitFor();
  await expect.poll(devices, { timeout: SOON_MS }).toEqual([]);
  await expect.poll(() => subscribed(again), { timeout: SOON_MS }).toEqual({ ended: 1 });
  expect(service.pushed).toHaveLength(1);
  await fay.leave();
});

it("opens the room of what is clicked in the page that is there", async () => {
  const person = await withWorker();
  const deliver = await workerOf(person);
  await deliver(JSON.stringify({ kind: "mention", roomId: "other", roomName: "Other", seq: 1, author: "bob", text: "hello" }));
  await sees(person.page, [{ title: "bob in Other", body: "hello", tag: "room:other" }]);
  // A page of the same address that knows no rooms, and was looked at last.
  const other = await person.context.newPage();
  await other.goto(`${server.url}/docs/api`);
  // No tool clicks a notification: its event is dispatched in the worker, with the real notification.
  const worker = await theWorker(person);
  await worker.evaluate(async () => {
    const scope = self as unknown as Counting;
    const [notification] = await scope.registration.getNotifications();
    const Click = (self as unknown as { NotificationEvent: new (type: string, init: object) => Event }).NotificationEvent;
    self.dispatchEvent(new Click("notificationclick", { notification }));
  });
  await expect.poll(() => new URL(person.page.url()).pathname, { timeout: SOON_MS }).toBe("/rooms/other/1");
  await sees(person.page, []);
  await leaveIncognito(person);
});

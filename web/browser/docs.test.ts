// The page of the JSON routes at /docs/api, drawn by Swagger UI under a policy that runs no other script than ours.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { newContext, startBrowser } from "./browser";
import { Server } from "./server";

let browser: Browser;
let server: Server;
let page: Page;
/** Console errors and warnings, exceptions and violations of the policy. */
let faults: string[];
/** What was asked of any host but the server's own. */
let foreign: string[];

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

beforeEach(async () => {
  faults = [];
  foreign = [];
  const context = await newContext(browser);
  page = await context.newPage();
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && faults.push(line.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => /^(http|ws)/.test(request.url()) && !request.url().startsWith(server.url) && foreign.push(request.url()));
  await page.exposeFunction("violated", (what: string) => faults.push(what));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      (window as unknown as { violated: (what: string) => void }).violated(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(`${server.url}/docs/api`);
  await page.locator(".opblock").first().waitFor();
});
afterEach(async () => {
  expect(faults).toEqual([]);
  expect(foreign).toEqual([]);
  await page.context().close();
});

test("lists every route of the document", async () => {
  const { paths } = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
  const listed = await page.locator(".opblock").evaluateAll((blocks) =>
    blocks.map((block) => `${block.querySelector(".opblock-summary-method")?.textContent} ${block.querySelector(".opblock-summary-path")?.getAttribute("data-path")}`),
  );
  expect(listed.sort()).toEqual(described.sort());
});

test("opens a route, and calls it on this server", async () => {
  const route = page.locator(".opblock-post").filter({ has: page.locator('[data-path="/api/rooms/{id}/messages"]') });
  await route.locator(".opblock-summary-control").click();
  await route.getByText("Request body").waitFor();
  await route.getByRole("button", { name: "Try it out" }).click();
  await route.getByPlaceholder("id").fill("general");
  const [answer] = await Promise.all([page.waitForResponse(`${server.url}/api/rooms/general/messages`), route.getByRole("button", { name: "Execute" }).click()]);
  expect(answer.status()).toBe(401);
  await route.locator(".live-responses-table").getByText("UNAUTHENTICATED").first().waitFor();
  // The browser itself reports the refusal, which is wanted here.
  expect(faults.filter((fault) => !fault.includes("401 (Unauthorized)"))).toEqual([]);
  faults = [];
});

test("an opened route is named by the address, and by the next page that has it", async () => {
  const route = page.locator(".opblock-get").first();
  await route.locator(".opblock-summary-control").click();
  await expect.poll(() => new URL(page.url()).hash).toMatch(/^#\/./);
  await page.reload();
  await page.locator(".opblock.is-open").waitFor();
});

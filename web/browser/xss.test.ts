// Whatever a text or a name says, it is text.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person } from "./person";
import { Server } from "./server";
import { CORPUS } from "./xss-corpus";

/** Elements a message may hold. */
const ALLOWED = new Set(["P", "DIV", "SPAN", "TIME", "A", "UL", "LI", "BUTTON", "svg", "path", "STRONG", "EM", "S", "CODE", "PRE", "BLOCKQUOTE", "OL"]);

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

test("texts and names of the corpus stay inert, live and from history", async () => {
  for (const text of CORPUS.slice(0, 16)) await server.post("xss", text, server.token(text.slice(0, 100), text));
  const ann = await Person.enter(browser, server, CORPUS[0] ?? "", { room: "xss", token: server.token("ann", CORPUS[1] ?? "") });
  for (const text of CORPUS.slice(16)) await server.post("xss", text, server.token(text.slice(0, 100), text));
  await ann.sees(CORPUS);
  for (const text of CORPUS.slice(0, 3)) await ann.say(text);
  await ann.sees([...CORPUS, ...CORPUS.slice(0, 3)]);

  const names = await ann.page.locator(".group-name").allTextContents();
  expect(names).toEqual(CORPUS);
  const found = await ann.page.evaluate(() => ({
    elements: [...new Set([...document.querySelectorAll(".message *")].map((e) => e.tagName))],
    links: [...document.querySelectorAll<HTMLAnchorElement>(".message a")].map((a) => a.protocol),
    handlers: [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((name) => name.startsWith("on")),
    scripts: [...document.scripts].map((script) => new URL(script.src).origin === location.origin),
    pwned: "pwned" in window,
  }));
  expect(found.elements.filter((tag) => !ALLOWED.has(tag))).toEqual([]);
  expect(found.links.filter((protocol) => protocol !== "https:" && protocol !== "http:")).toEqual([]);
  expect(found.handlers).toEqual([]);
  expect(found.scripts).toEqual([true, true]);
  expect(found.pwned).toBe(false);
  // The list shows the last one, the account menu the own name, and nothing of it moved the page.
  await ann.page.locator("[data-room=xss]").getByText(`You: ${CORPUS[2]}`).waitFor();
  await ann.page.locator(".me-name", { hasText: CORPUS[1] ?? "" }).waitFor();
  expect(new URL(ann.page.url()).pathname).toBe("/rooms/xss");
  await ann.leave();
});

test("the policy is enforced: nothing inline, no strings as HTML or code, no other hosts", async () => {
  const ann = await Person.enter(browser, server, "Ann", { room: "xss" });
  const outcome = await ann.page.evaluate(async () => {
    const throws = (work: () => void) => {
      try {
        work();
        return false;
      } catch {
        return true;
      }
    };
    const script = document.createElement("script");
    const html = throws(() => (document.body.innerHTML = "<b>x</b>"));
    const code = throws(() => (script.textContent = "window.pwned = 1"));
    const source = throws(() => (script.src = "https://evil.example/x.js"));
    const other = await fetch("https://evil.example/").then(
      () => "reached",
      () => "blocked",
    );
    const box = document.createElement("p");
    box.setAttribute("style", "color: rgb(1, 2, 3)");
    document.body.append(box);
    return { html, code, source, other, style: getComputedStyle(box).color };
  });
  expect(outcome).toMatchObject({ html: true, code: true, source: true, other: "blocked" });
  expect(outcome.style).not.toBe("rgb(1, 2, 3)");
  await expect.poll(() => ann.troubles.some((trouble) => trouble.includes("policy: connect-src"))).toBe(true);
  await ann.context.close(); // here the violations are wanted
});

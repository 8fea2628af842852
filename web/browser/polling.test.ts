// Behind a proxy that knows no WebSockets.

import { request, createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "./browser";
import { Person, SOON_MS } from "./person";
import { Server } from "./server";

let browser: Browser;
let server: Server;
let proxy: HttpServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([startBrowser(), Server.start()]);
  proxy = await startProxy(server.url);
});
afterAll(async () => {
  await browser.close();
  proxy.closeAllConnections();
  proxy.close();
  await server.remove();
});

/** Passes requests on and refuses every upgrade. */
async function startProxy(target: string): Promise<HttpServer> {
  const { port } = new URL(target);
  const proxy = createServer((incoming, outgoing) => {
    // The Host stays what the browser asked for: the server compares the Origin with it.
    const onward = request({ host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  proxy.on("upgrade", (_, socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return proxy;
}

test("the chat works by polling alone", async () => {
  const ann = await Person.arrive(browser);
  await ann.page.goto(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/rooms/polling`);
  await ann.page.getByLabel("Your name").fill("Ann");
  await ann.page.getByRole("button", { name: "Join as a guest" }).click();
  await ann.loaded();
  for (const text of ["one", "two", "three"]) await ann.say(text);
  await expect.poll(() => server.log("polling"), { timeout: SOON_MS }).toHaveLength(3);
  await server.post("polling", "four");
  await ann.sees(["one", "two", "three", "four"]);
  await ann.leave();
});

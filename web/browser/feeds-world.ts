// A server on a real mongod with streams declared, and what one does with them.

import { type Db, MongoClient } from "mongodb";
import type { Browser, Page } from "playwright-core";
import { Mongod } from "../interop/harness/mongod";
import { Person, type PersonOptions } from "./person";
import { Server } from "./server";

const DATABASE = "roomstream";

export class FeedsWorld {
  private constructor(
    readonly server: Server,
    /** Where the streams watch. */
    readonly database: Db,
    private readonly client: MongoClient,
    private readonly mongod: Mongod,
  ) {}

  /** Flags go to the server, after the usual ones. */
  static async start(...flags: string[]): Promise<FeedsWorld> {
    const mongod = await Mongod.start();
    const client = await MongoClient.connect(mongod.uri);
    const server = await Server.start("-mongodb-uri", mongod.uri, "-mongodb-database", DATABASE, ...flags);
    return new FeedsWorld(server, client.db(DATABASE), client, mongod);
  }

  async remove(): Promise<void> {
    await this.server.remove();
    await this.client.close();
    await this.mongod.stop();
  }

  admin(): string {
    return this.server.token("admin", "Ada Admin", 3600, ["admin"]);
  }

  /** Declares a stream as an admin does. */
  async declare(name: string, declaration: object): Promise<void> {
    await this.call("PUT", name, declaration);
  }

  /** Takes a declaration back. */
  async retract(name: string): Promise<void> {
    await this.call("DELETE", name);
  }

  /** A page at the feeds, as an admin; stream: the one that is open. */
  async visit(browser: Browser, stream = "", options: PersonOptions = {}): Promise<Person> {
    const person = await Person.enter(browser, this.server, "Ada Admin", { token: this.admin(), ...options });
    await person.page.goto(`${this.server.url}/feeds${stream === "" ? "" : `?${new URLSearchParams({ stream })}`}`);
    await person.page.locator(stream === "" ? "#feeds" : ".feed-form").waitFor({ state: "attached" });
    await person.connected();
    return person;
  }

  private async call(method: string, name: string, body?: object): Promise<void> {
    const response = await fetch(`${this.server.url}/api/streams/${name}`, {
      method,
      headers: { Authorization: `Bearer ${this.admin()}`, "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${name}: ${response.status} ${await response.text()}`);
  }
}

/** Opens the stream that is shown, and waits until it is. */
export async function openStream(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.locator('.feed-state[data-tone="live"]').waitFor();
}

/** The keys on the page, newest first. */
export function keys(page: Page): Promise<string[]> {
  return page.locator(".feed-key").allTextContents();
}

// Somebody at a browser: a page that is signed in, and what one does with it.

import type { Browser, BrowserContext, ConsoleMessage, FileChooser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { type ContextOptions, newContext } from "./browser";
import type { Server } from "./server";

/** How long something on the page may take to happen, in ms. */
export const SOON_MS = 30_000;

export interface PersonOptions extends ContextOptions {
  room?: string;
  token?: string;
  /** Runs before the page is loaded. */
  before?: (page: Page) => Promise<unknown>;
}

export class Person {
  /** What must stay empty: dialogs, exceptions, console errors, violations of the policy. */
  readonly troubles: string[] = [];
  /** Where the page asked for files. */
  private chooser?: FileChooser;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.setDefaultTimeout(SOON_MS);
    page.on("dialog", (dialog) => {
      this.troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    // From the beginning: one that listens only when it is about to press may come too late on a busy machine.
    page.on("filechooser", (chooser) => {
      this.chooser = chooser;
    });
    page.on("pageerror", (error) => this.troubles.push(`exception: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !isNetwork(message.text()) && !isLateForARoom(message)) this.troubles.push(`console: ${message.text()}`);
    });
  }

  /** A page that is signed in as a user of this name, with a room open if one is given. */
  static async enter(browser: Browser, server: Server, name: string, options: PersonOptions = {}): Promise<Person> {
    const person = await Person.arrive(browser, options);
    const token = options.token ?? server.token(name.toLowerCase().replace(/\W+/g, "-"), name);
    await person.page.addInitScript(`if (!sessionStorage.getItem("roomstream.token")) sessionStorage.setItem("roomstream.token", ${JSON.stringify(token)});`);
    await options.before?.(person.page);
    await person.page.goto(`${server.url}/${options.room ? `rooms/${options.room}` : ""}`);
    if (options.room) await person.loaded();
    return person;
  }

  /** A page that nobody has signed in on. */
  static async arrive(browser: Browser, options: ContextOptions = {}): Promise<Person> {
    const context = await newContext(browser, options);
    const person = new Person(context, await context.newPage());
    await person.page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    return person;
  }

  get bubbles(): Locator {
    return this.page.locator(".message");
  }

  get field(): Locator {
    return this.page.locator("#composer");
  }

  /** Where a message is given another text. */
  get editField(): Locator {
    return this.page.getByRole("textbox", { name: "New text of the message" });
  }

  get banner(): Locator {
    return this.page.getByTestId("connection-banner");
  }

  bubble(text: string): Locator {
    return this.page.locator(".message", { has: this.page.locator(".bubble-text", { hasText: new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`) }) });
  }

  /** Opens the menu of the message with this text, by key. */
  async openMenu(text: string): Promise<Locator> {
    await this.bubble(text).getByRole("button", { name: "Message actions" }).press("Enter");
    const menu = this.page.getByRole("menu");
    await menu.waitFor();
    return menu;
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** Gives the files that a press asks for. */
  async chooseFiles(press: () => Promise<void>, files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
    delete this.chooser;
    await press();
    await expect.poll(() => this.chooser).toBeDefined();
    await (this.chooser as FileChooser | undefined)?.setFiles(files);
  }

  /** Waits until the open room's newest messages are there. */
  async loaded(): Promise<void> {
    await this.page.locator("#messages").waitFor();
    await this.page.locator(".skeleton").waitFor({ state: "detached" });
  }

  /** Whatever status was set by hand stands behind it. */
  async connected(yes = true): Promise<void> {
    await this.page.locator(".me-state", { hasText: yes ? /^Connected/ : /^Not connected$/ }).waitFor({ state: "attached" });
  }

  /** The texts on the page, in their order. */
  texts(): Promise<string[]> {
    return this.page.locator(".bubble-text").allTextContents();
  }

  /** Waits until the texts on the page are exactly these. */
  async sees(expected: string[]): Promise<void> {
    await expect.poll(() => this.texts(), { timeout: SOON_MS }).toEqual(expected);
  }

  /** Leaves; whatever went wrong meanwhile fails the test. */
  async leave(): Promise<void> {
    await this.context.close();
    expect(this.troubles).toEqual([]);
  }
}

/** The page keeps the newest messages of its rooms; it may ask for those of a room one is taken out of at that moment. */
function isLateForARoom(message: ConsoleMessage): boolean {
  return /status of 40[34]/.test(message.text()) && /\/api\/rooms\/[^/]+\/messages\?limit=50$/.test(message.location().url);
}

/** What Chromium says of every request that finds no server; tests stop servers on purpose. */
function isNetwork(text: string): boolean {
  return /net::ERR_|WebSocket connection to|Failed to load resource: the server responded with a status of (400|401|409|503)/.test(text);
}

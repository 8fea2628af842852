// A server of our own for a test: the real binary with the embedded store in a temporary folder.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";

/** How long a start may take, in ms. */
const START_MS = 60_000;
/** Messages posted at once. */
const POSTS_AT_ONCE = 20;
/** What is shown of the log of a server that ended by itself, in characters. */
const LOG_END = 8000;

export interface LoggedMessage {
  seq: number;
  text: string;
  author: string;
  parent?: number;
  clientId?: string;
}

export class Server {
  private readonly folder = mkdtempSync(join(tmpdir(), "roomstream-data-"));
  private readonly secret = randomBytes(32).toString("hex");
  private process: ChildProcess | undefined;
  /** What it logged since its last start. */
  private output = "";
  private port = 0;

  /** Starts one on a free port; flags go after the usual ones. */
  static async start(...flags: string[]): Promise<Server> {
    const server = new Server(flags);
    await server.start();
    return server;
  }

  /** Starts one that has the rooms of an archive. */
  static async holding(archive: string, ...flags: string[]): Promise<Server> {
    const server = new Server(flags);
    const path = join(server.folder, "archive.ndjson");
    writeFileSync(path, archive);
    execFileSync(inject("binary"), ["import", "-data-dir", server.folder, "-in", path], { stdio: ["ignore", "ignore", "inherit"] });
    await server.start();
    return server;
  }

  private constructor(private readonly flags: string[]) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it, on the port it had before if there was one. */
  async start(): Promise<void> {
    const args = ["-addr", `127.0.0.1:${this.port}`, "-data-dir", this.folder, ...this.flags];
    const child = spawn(inject("binary"), args, {
      // Tests write more than anybody; a flag puts a limit back. A data race ends the process.
      env: { ROOMSTREAM_LIMIT_ROOM_SENDS: "0", ROOMSTREAM_LIMIT_SENDS: "0", ...process.env, ROOMSTREAM_JWT_SECRET: this.secret, GORACE: "halt_on_error=1 exitcode=66" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process = child;
    this.output = "";
    child.stderr.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    const port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the server did not start: ${this.output}`)), START_MS);
      createInterface(child.stdout).on("line", (line) => {
        const found = /http:\/\/[^ ]*:(\d+)/.exec(line);
        if (found) {
          clearTimeout(timer);
          resolve(Number(found[1]));
        }
      });
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${this.output}`)));
    });
    this.port = port;
  }

  /** Ends it as an operator does. */
  stop(): Promise<void> {
    return this.end("SIGTERM");
  }

  /** Ends it as a crash does. */
  kill(): Promise<void> {
    return this.end("SIGKILL");
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    try {
      await this.kill();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** A token as an identity provider would issue it. */
  token(sub: string, name: string, ttlSeconds = 3600, roles: readonly string[] = []): string {
    return this.sign({ sub, name, roles }, ttlSeconds);
  }

  /** The same token of an account, so many seconds before its end: a sign-in lasts a day. */
  nearItsEnd(token: string, leftSeconds: number): string {
    const [, claims = ""] = token.split(".");
    return this.sign(JSON.parse(Buffer.from(claims, "base64url").toString()) as object, leftSeconds);
  }

  private sign(claims: object, ttlSeconds: number): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const body = `${part({ alg: "HS256", typ: "JWT" })}.${part({ ...claims, exp: Math.floor(Date.now() / 1000) + ttlSeconds })}`;
    return `${body}.${createHmac("sha256", this.secret).update(body).digest("base64url")}`;
  }

  /** Says something without a browser. */
  async post(room: string, text: string, token = this.token("bot", "Bot")): Promise<LoggedMessage> {
    const response = await fetch(`${this.url}/api/rooms/${room}/messages`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ text }),
    });
    if (!response.ok) throw new Error(`POST to ${room}: ${response.status} ${await response.text()}`);
    return (await response.json()) as LoggedMessage;
  }

  /** Stores a file that a message of the room may show, and gives its id. */
  async upload(room: string, name: string, body: BodyInit, token: string): Promise<string> {
    const response = await fetch(`${this.url}/api/rooms/${room}/files?name=${encodeURIComponent(name)}`, { method: "POST", headers: { Authorization: `Bearer ${token}` }, body });
    if (!response.ok) throw new Error(`upload of ${name}: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { file: { id: string } }).file.id;
  }

  /** Asks a JSON route as somebody, by his id, and gives the answer's body. */
  async ask(sub: string, method: string, path: string, body?: object, name = sub, roles: string[] = []): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}/api/${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token(sub, name, 3600, roles)}`, "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  /** Says many things; their order is the log's. */
  async postAll(room: string, texts: string[], token?: string): Promise<void> {
    await this.post(room, texts[0] ?? "", token);
    for (let i = 1; i < texts.length; i += POSTS_AT_ONCE) {
      await Promise.all(texts.slice(i, i + POSTS_AT_ONCE).map((text) => this.post(room, text, token)));
    }
  }

  /** Everything the log of a room holds, ascending. */
  async log(room: string): Promise<LoggedMessage[]> {
    const messages: LoggedMessage[] = [];
    for (let after = 0; ; after = messages.at(-1)?.seq ?? after) {
      const response = await fetch(`${this.url}/api/rooms/${room}/messages?after=${after}&limit=100`, {
        headers: { Authorization: `Bearer ${this.token("reader", "Reader")}` },
      });
      if (!response.ok) throw new Error(`history of ${room}: ${response.status} ${await response.text()}`);
      const page = (await response.json()) as { messages: LoggedMessage[]; hasAfter: boolean };
      messages.push(...page.messages);
      if (!page.hasAfter || page.messages.length === 0) return messages;
    }
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    if (!child) return;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "close"); // what it logged is whole then
      child.kill(signal);
      await gone;
    }
    if (child.exitCode !== 0 && child.signalCode !== "SIGKILL") {
      throw new Error(`the server ended by itself (${child.exitCode ?? child.signalCode}):\n${this.output.slice(-LOG_END)}`);
    }
  }
}

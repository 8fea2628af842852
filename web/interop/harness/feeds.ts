import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import WebSocket from "ws";
import { Process } from "./process";
import type { Server, Store } from "./server";
import { ADMIN, type Change } from "./streams";
import { SECRET } from "./token";
import { until, within } from "./wait";

export const EXAMPLES = join(import.meta.dirname, "../../examples");

/** One frame of a feed. */
export type Frame = Change & { after?: string; ns?: { db: string; coll: string } };

/** A plain WebSocket client of a feed; ended with the test. */
export class Feed {
  readonly frames: Frame[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => this.frames.push(JSON.parse(String(data)) as Frame));
  }

  /** Opens a feed, by path or by a whole address; fails with the status where it is refused. */
  static async open(server: Server, path: string, headers: Record<string, string> = {}): Promise<Feed> {
    const address = path.startsWith("ws:") ? path : `ws://127.0.0.1:${server.port}${path}`;
    const socket = new WebSocket(address, { headers });
    onTestFinished(() => socket.terminate());
    const feed = new Feed(socket);
    const opened = new Promise<void>((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    });
    await within(`${path} is open`, opened);
    return feed;
  }

  /** Resolves when so many frames have come. */
  async reaches(count: number): Promise<void> {
    await until(`${count} frames; got ${JSON.stringify(this.frames)}`, () => this.frames.length >= count);
  }

  get documents(): unknown[] {
    return this.frames.map((frame) => frame.fullDocument);
  }
}

/** An example's program, run as its reader would; ended with the test. */
export function example(folder: string, args: string[], env: NodeJS.ProcessEnv = {}): Process {
  return program(process.execPath, args, join(EXAMPLES, folder), env);
}

export function program(path: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Process {
  const started = new Process(path, args, { cwd, env: { ...process.env, ...env } });
  onTestFinished(async () => {
    started.signal("SIGKILL");
    await started.exited;
  });
  return started;
}

/** Waits until a program has printed something. */
export async function prints(from: Process, text: string): Promise<void> {
  await until(`it prints ${text}; it printed: ${from.output.slice(-4000)}`, () => {
    if (from.exit && !from.output.includes(text)) throw new Error(`it ended (${JSON.stringify(from.exit)}) without ${text}: ${from.output.slice(-4000)}`);
    return from.output.includes(text);
  });
}

/** Waits until a program has ended well. */
export async function succeeds(running: Process, deadlineMs?: number): Promise<string> {
  const exit = await within("the program ends", running.exited, deadlineMs);
  if (exit.code !== 0) throw new Error(`it ended with ${exit.code ?? exit.signal}: ${running.output.slice(-4000)}`);
  return running.output;
}

/** A command of the server's program, with the settings of a store. Gives what it printed. */
export function command(store: Store, name: string[], more: string[] = [], env: NodeJS.ProcessEnv = {}): string {
  const args = [...name, ...store.flags, "-jwt-secret", SECRET, ...more];
  return execFileSync(inject("serverProgram"), args, { encoding: "utf8", env: { ...process.env, ...env } });
}

/** Applies a file of declarations, and waits until the server knows them. Gives what the command printed. */
export async function applied(server: Server, store: Store, file: string): Promise<string> {
  const printed = command(store, ["streams", "apply"], [join(EXAMPLES, file)]);
  for (const [, name = ""] of printed.matchAll(/^(\S+): created$/gm)) await knowsOf(server, name);
  return printed;
}

/** Waits until the server lists a stream. */
export async function knowsOf(server: Server, name: string): Promise<void> {
  await until(`the server knows ${name}`, async () => {
    const answer = await fetch(`${server.url}/api/streams`, { headers: { Authorization: `Bearer ${ADMIN}` } });
    const { streams = [] } = (await answer.json()) as { streams?: { name: string }[] };
    return streams.some((stream) => stream.name === name);
  });
}

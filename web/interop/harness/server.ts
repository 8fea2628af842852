import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient, type Db } from "mongodb";
import { inject, onTestFinished } from "vitest";
import { freePort, Process, type Exit } from "./process";
import { SECRET } from "./token";
import { until } from "./wait";

/** A race-detecting build needs a while to start on a busy machine. */
const START_MS = 90_000;

/** Where a server keeps its log: flags for the server, and a way to look inside. */
export interface Store {
  flags: string[];
  /** The server's database; only on MongoDB. */
  database?: Db;
}

/** The stores every behaviour is tested on; each call of `open` gives an empty one, gone after the test. */
export const stores = [
  { name: "embedded", open: openEmbedded },
  { name: "MongoDB", open: () => openMongoDB(inject("mongodbUri")) },
] as const;

export async function openEmbedded(): Promise<Store> {
  return { flags: ["-data-dir", await temporaryFolder()] };
}

export async function openMongoDB(uri: string): Promise<Store> {
  const name = `roomstream_interop_${randomBytes(6).toString("hex")}`;
  const client = await MongoClient.connect(uri);
  const database = client.db(name);
  onTestFinished(async () => {
    await database.dropDatabase().finally(() => client.close());
  });
  return { flags: ["-mongodb-uri", uri, "-mongodb-database", name, "-data-dir", await temporaryFolder()], database };
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "roomstream-interop-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The program, on a port of its own that it keeps over restarts. It is ended with the test. */
export class Server {
  readonly #args: string[];
  #process: Process | undefined;

  private constructor(
    readonly port: number,
    args: string[],
  ) {
    this.#args = args;
  }

  static async start(store: Store, ...flags: string[]): Promise<Server> {
    const port = await freePort();
    const server = new Server(port, ["-addr", `127.0.0.1:${port}`, "-jwt-secret", SECRET, ...store.flags, ...flags]);
    onTestFinished(() => server.#end());
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything it logged since its last start. */
  get output(): string {
    return this.#process?.output ?? "";
  }

  /** Starts it, on the same port and store, and waits until it is ready. */
  async restart(): Promise<void> {
    // A data race ends the process with this code, and the test fails where it expects 0.
    // Tests write more than anybody; a flag puts a limit back.
    const env = { ROOMSTREAM_LIMIT_ROOM_SENDS: "0", ROOMSTREAM_LIMIT_SENDS: "0", ...process.env, GORACE: "halt_on_error=1 exitcode=66" };
    const started = new Process(inject("serverProgram"), this.#args, { cwd: tmpdir(), env });
    this.#process = started;
    await until("the server is ready", async () => {
      if (started.exit) throw new Error(`the server ended at its start:\n${started.output}`);
      return (await this.readiness()) === 200;
    }, START_MS).catch((error: unknown) => {
      throw new Error(`the server did not start:\n${started.output}`, { cause: error });
    });
  }

  /** The status of /readyz; 0 when nobody answers. */
  async readiness(): Promise<number> {
    return fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.status,
      () => 0,
    );
  }

  /** SIGKILL: no last word, no last write. */
  async kill(): Promise<void> {
    this.#process?.signal("SIGKILL");
    await this.#process?.exited;
  }

  /** SIGTERM, as supervisors send it. Resolves when the process has ended. */
  async terminate(): Promise<Exit> {
    const stopping = this.#process;
    if (!stopping) throw new Error("the server does not run");
    stopping.signal("SIGTERM");
    return stopping.exited;
  }

  async #end(): Promise<void> {
    const running = this.#process;
    if (!running) return;
    const survived = running.exit === undefined;
    running.signal("SIGKILL");
    const exit = await running.exited;
    // It may be dead already because a test killed it; any other end is a fault of the server.
    if (!survived && exit.signal !== "SIGKILL" && exit.code !== 0) {
      throw new Error(`the server ended by itself (${exit.code ?? exit.signal}):\n${running.output.slice(-8000)}`);
    }
  }
}

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { freePort, Process } from "./process";
import { PATIENCE_MS, until } from "./wait";

const START_MS = 60_000;

/** The mongod to start: ROOMSTREAM_MONGOD, else the one on the PATH, else the one that `.ci/mongod.sh` keeps in the cache. */
function program(): string {
  const given = process.env["ROOMSTREAM_MONGOD"];
  if (given) return given;
  try {
    execFileSync("mongod", ["--version"], { stdio: "ignore" });
    return "mongod";
  } catch {
    const cache = process.platform === "darwin" ? join(homedir(), "Library/Caches") : (process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"));
    const cached = join(cache, "roomstream/mongod-6.0.5/mongod");
    if (!existsSync(cached)) throw new Error("missing: mongod; type: .ci/mongod.sh");
    return cached;
  }
}

/** A replica set of one node on a port of its own, its data in a temporary folder. */
export class Mongod {
  readonly #process: Process;
  readonly #folder: string;

  private constructor(
    readonly uri: string,
    process: Process,
    folder: string,
  ) {
    this.#process = process;
    this.#folder = folder;
  }

  static async start(): Promise<Mongod> {
    const folder = await mkdtemp(join(tmpdir(), "roomstream-mongod-"));
    const port = await freePort();
    const args = ["--replSet", "rs0", "--bind_ip", "127.0.0.1", "--port", String(port), "--dbpath", folder, "--nounixsocket"];
    // Small, and without the diagnosis it writes every second: many of them run beside the tests.
    args.push("--wiredTigerCacheSizeGB", "0.25", "--setParameter", "diagnosticDataCollectionEnabled=false");
    const process_ = new Process(program(), args, { cwd: folder, env: process.env });
    const mongod = new Mongod(`mongodb://127.0.0.1:${port}/?replicaSet=rs0`, process_, folder);
    try {
      await mongod.#initiate(port);
    } catch (error) {
      await mongod.stop();
      throw new Error(`mongod did not become a replica set:\n${process_.output.slice(-4000)}`, { cause: error });
    }
    return mongod;
  }

  async #initiate(port: number): Promise<void> {
    const host = `127.0.0.1:${port}`;
    const client = new MongoClient(`mongodb://${host}/?directConnection=true`, { serverSelectionTimeoutMS: START_MS });
    try {
      const admin = client.db("admin");
      await admin.command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } });
      await until("mongod is primary", async () => (await admin.command({ hello: 1 }))["isWritablePrimary"] === true, START_MS);
    } finally {
      await client.close();
    }
  }

  /** Stands still, with its connections open, as a machine that hangs. Resolves when it does. */
  async pause(): Promise<void> {
    this.#process.signal("SIGSTOP");
    await until("the mongod stands still", () => this.#process.isStopped);
  }

  resume(): void {
    this.#process.signal("SIGCONT");
  }

  async stop(): Promise<void> {
    this.#process.signal("SIGKILL");
    await this.#process.exited;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: PATIENCE_MS / 100, retryDelay: 100 });
  }
}

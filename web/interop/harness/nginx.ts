import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort, Process } from "./process";
import { until } from "./wait";

const PROGRAM = process.env["NGINX"] ?? "nginx";
const CONFIGURATION = join(import.meta.dirname, "../../../server/deploy/nginx/roomstream.conf");

/** nginx with the project's own configuration before some servers; `edit` changes it. Resolves with its URL; ended with the test. */
export async function nginx(ports: [number, number], edit: (configuration: string) => string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "roomstream-nginx-"));
  const port = await freePort();
  const site = edit(await readFile(CONFIGURATION, "utf8"))
    .replace("listen 8080;", `listen 127.0.0.1:${port};`)
    .replace("127.0.0.1:8081", `127.0.0.1:${ports[0]}`)
    .replace("127.0.0.1:8082", `127.0.0.1:${ports[1]}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ");
  // Workers are another user's where this is root, and could not write there.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const file = join(folder, "nginx.conf");
  await writeFile(file, `${user} worker_processes 1; pid ${folder}/pid; error_log stderr; events { } http { access_log off; ${temporary}\n${site} }\n`);
  const started = new Process(PROGRAM, ["-p", folder, "-c", file, "-e", "stderr", "-g", "daemon off;"], { cwd: folder, env: process.env });
  onTestFinished(async () => {
    started.signal("SIGTERM");
    await started.exited;
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await until("nginx answers", async () => {
    if (started.exit) throw new Error(`nginx ended at its start:\n${started.output}`);
    return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok,
      () => false,
    );
  });
  return url;
}

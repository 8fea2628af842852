import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, inject, test } from "vitest";
import { connected, must, WEBSOCKET } from "./harness/client";
import { EXAMPLES, example, prints, program, succeeds } from "./harness/feeds";
import { freePort, type Process } from "./harness/process";
import { openEmbedded, Server } from "./harness/server";
import { SECRET } from "./harness/token";

const ROOT = dirname(dirname(EXAMPLES));

/** The shell commands of the page, in order, but for those that export. */
const lines = [...readFileSync(join(ROOT, "web/docs/integrations.md"), "utf8").matchAll(/```sh\n([^`]*)```/g)]
  .flatMap(([, block = ""]) => block.trim().split("\n"))
  .filter((line) => !line.startsWith("export"));

/** The one command that holds a text. */
function line(text: string): string {
  const found = lines.filter((line) => line.includes(text));
  expect(found).toHaveLength(1);
  return found[0] ?? "";
}

test("what the page of integrations says works as it is typed, and the receiver takes what is signed", async () => {
  const server = await Server.start(await openEmbedded(), "-webhook-allow-private");
  const token = (await succeeds(program(inject("serverProgram"), ["token", "-sub", "ann", "-jwt-secret", SECRET], ROOT))).trim();
  const env: NodeJS.ProcessEnv = { URL: server.url, TOKEN: token };
  const type = async (command: string): Promise<Record<string, unknown>> => {
    const printed = await succeeds(program("sh", ["-c", command.replace("curl", "curl --silent --show-error --fail-with-body")], ROOT, env));
    return printed === "" ? {} : (JSON.parse(printed) as Record<string, unknown>);
  };

  expect(await type(line('"id": "dev"'))).toMatchObject({ room: { id: "dev", role: "owner" } });
  const { path } = await type(line("/hooks\""));
  env["HOOK"] = server.url + String(path);
  expect(await type(line("Build 512 is green"))).toMatchObject({ seq: 2 });
  expect(await type(line("deploy-77"))).toMatchObject({ seq: 3 });
  expect(await type(line("deploy-77"))).toMatchObject({ seq: 3, duplicate: true });

  const { key } = await type(line("/bots\""));
  env["KEY"] = String(key);
  expect(await type(line("I am here"))).toMatchObject({ seq: 4 });
  const bot = await connected(server.url, "bot", { ...WEBSOCKET, auth: { token: key } });
  const { lastSeq } = await must(bot, "join_room", "dev");
  expect(lastSeq).toBe(4);

  const port = await freePort();
  const { webhook, secret } = await type(line('"url": "http://127.0.0.1:9000/"').replace("9000", String(port)));
  env["WEBHOOK"] = (webhook as { id: string }).id;
  const receiver: Process = example("webhook", ["receiver.mjs"], { WEBHOOK_SECRET: String(secret), PORT: String(port) });
  await prints(receiver, "listening");
  await must(bot, "send_message", { roomId: "dev", text: "to the receiver" });
  await prints(receiver, "dev 5 new_message:");
  await type(line("/cursor\""));
  await prints(receiver, "dev 2 new_message:");
  expect(receiver.output.match(/dev 5 new_message/g)).toHaveLength(1);

  const forged = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { "Roomstream-Signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` },
    body: JSON.stringify({ delivery: "x", event: { roomId: "dev", seq: 99, event: "new_message", author: "mallory", text: "forged" } }),
  });
  expect(forged.status).toBe(401);
  expect(receiver.output).not.toContain("forged");
});

// Takes a webhook's deliveries and prints them: WEBHOOK_SECRET=rsw_... PORT=9000 node receiver.mjs
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const MAX_AGE_SECONDS = 300; // an older signature may have been recorded on its way
const seen = new Set(); // a delivery may come again; a real program keeps these ids, or the last seq of each room

createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()); // the signature is over these bytes: parse them later
  const [, t = "", v1 = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(request.headers["roomstream-signature"] ?? "") ?? [];
  const expected = createHmac("sha256", process.env.WEBHOOK_SECRET).update(`${t}.`).update(body).digest("hex");
  const genuine = v1.length === expected.length && timingSafeEqual(Buffer.from(v1), Buffer.from(expected));
  if (!genuine || Math.abs(Date.now() / 1000 - Number(t)) > MAX_AGE_SECONDS) return response.writeHead(401).end();

  const { delivery, event } = JSON.parse(body);
  if (!seen.has(delivery)) console.log(`${event.roomId} ${event.seq} ${event.event}: ${event.author} ${event.text ?? ""}`);
  seen.add(delivery);
  response.writeHead(204).end(); // only now: what is not answered with 2xx comes again
}).listen(Number(process.env.PORT ?? 9000), "127.0.0.1", () => console.log("listening"));

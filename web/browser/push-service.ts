// A push service and the browser's half of it, which Chromium has only where its maker's service can be reached: an HTTP
// server on loopback that takes what RFC 8030 to 8292 have sent there, and a PushManager that subscribes to it.

import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext } from "playwright-core";

/** What was sent, decrypted. */
export interface Pushed {
  headers: IncomingHttpHeaders;
  text: string;
}

/** What the browser of a device keeps of its subscription. */
export interface Subscribed {
  /** The server's key in base64url; absent: it is not subscribed. */
  key?: string;
  /** How often it ended one. */
  ended: number;
}

/** Where a context's storage has it. */
const KEPT = "test.push";

export class PushService {
  /** Of one device: a secret path, as real services have it. */
  private readonly path = `/push/${randomBytes(12).toString("base64url")}`;
  private readonly keys: ECDH = createECDH("prime256v1");
  private readonly auth = randomBytes(16);
  /** In the order they came. */
  readonly pushed: Pushed[] = [];
  /** Why what came was refused; must stay empty. */
  readonly refused: string[] = [];

  private constructor(private readonly http: HttpServer) {
    this.keys.generateKeys();
  }

  static async start(): Promise<PushService> {
    const http = createServer();
    const service = new PushService(http);
    http.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        try {
          if (request.method !== "POST" || request.url !== service.path) throw new Error(`${request.method} ${request.url}`);
          service.checkSender(request.headers.authorization ?? "");
          service.pushed.push({ headers: request.headers, text: service.decrypt(Buffer.concat(chunks)) });
          response.writeHead(201).end();
        } catch (error) {
          service.refused.push(String(error));
          response.writeHead(400).end();
        }
      });
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return service;
  }

  async close(): Promise<void> {
    this.http.close();
    this.http.closeAllConnections();
    await once(this.http, "close");
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Has the pages of a context subscribe here. The subscription outlives them, as a browser's does. */
  async serve(context: BrowserContext): Promise<void> {
    const given = { kept: KEPT, endpoint: `${this.origin}${this.path}`, p256dh: this.keys.getPublicKey("base64url"), auth: this.auth.toString("base64url") };
    await context.addInitScript(({ kept, endpoint, p256dh, auth }) => {
      const read = () => JSON.parse(localStorage.getItem(kept) ?? '{"ended":0}') as { key?: string; ended: number };
      const write = (to: { key?: string; ended: number }) => localStorage.setItem(kept, JSON.stringify(to));
      const bytesOf = (text: string) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
      const current = () => {
        const { key } = read();
        if (key === undefined) return null;
        return {
          endpoint,
          expirationTime: null,
          options: { applicationServerKey: bytesOf(key).buffer, userVisibleOnly: true },
          toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh, auth } }),
          unsubscribe: async () => {
            write({ ended: read().ended + 1 });
            return true;
          },
        };
      };
      Object.assign(PushManager.prototype, {
        getSubscription: async () => current(),
        subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => {
          write({ ...read(), key: btoa(String.fromCharCode(...applicationServerKey)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") });
          return current();
        },
      });
    }, given);
  }

  /** What a page of the context finds it is subscribed to; for its evaluate(). */
  static readonly kept = KEPT;

  /** RFC 8292: the sender has signed, for this service, with the key he names. */
  private checkSender(authorization: string): void {
    const [, token = "", key = ""] = /^vapid t=([^,]+), k=([\w-]+)$/.exec(authorization) ?? [];
    const [header = "", claims = "", signature = ""] = token.split(".");
    const point = Buffer.from(key, "base64url");
    const coordinate = (from: number) => point.subarray(from, from + 32).toString("base64url");
    const signer = createPublicKey({ key: { kty: "EC", crv: "P-256", x: coordinate(1), y: coordinate(33) }, format: "jwk" });
    const isHis = verify("sha256", Buffer.from(`${header}.${claims}`), { key: signer, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
    const { aud } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { aud: string };
    if (!isHis || aud !== this.origin) throw new Error(`signed ${isHis}, for ${aud}`);
  }

  /** RFC 8291, of a body that is one record of RFC 8188. */
  private decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const idLength = body.readUInt8(20);
    const sender = body.subarray(21, 21 + idLength);
    const sealed = body.subarray(21 + idLength);
    const derive = (from: Buffer, salted: Buffer, info: Buffer, length: number) => Buffer.from(hkdfSync("sha256", from, salted, info, length));
    const secret = derive(this.keys.computeSecret(sender), this.auth, Buffer.concat([Buffer.from("WebPush: info\0"), this.keys.getPublicKey(), sender]), 32);
    const key = derive(secret, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
    const nonce = derive(secret, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
    const decipher = createDecipheriv("aes-128-gcm", key, nonce).setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    const end = plain.findLastIndex((byte) => byte !== 0); // padding follows the delimiter of the last record
    if (plain[end] !== 2) throw new Error("the record is not the last one");
    return plain.subarray(0, end).toString();
  }
}

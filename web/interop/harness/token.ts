import { createHmac } from "node:crypto";

/** The secret of every server that these tests start. */
export const SECRET = "the interop tests' secret, 32 bytes at least";

const SESSION_SECONDS = 3600;

export type Claims = Record<string, unknown>;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A signed token with exactly these claims. */
export function sign(claims: Claims, secret = SECRET, header: object = { alg: "HS256", typ: "JWT" }): string {
  const unsigned = `${base64url(header)}.${base64url(claims)}`;
  return `${unsigned}.${createHmac("sha256", secret).update(unsigned).digest("base64url")}`;
}

/** A point in time as tokens write it: seconds since 1970. */
export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** An ordinary token of an hour. */
export const tokenFor = (sub: string, more: Claims = {}): string => sign({ sub, exp: secondsFromNow(SESSION_SECONDS), ...more });

// What the page reads from a token. It verifies nothing: that is the server's part.

import type { User } from "../protocol";
import { isFields } from "../protocol-decode";

export interface TokenClaims {
  user: User;
  expiresAt: number; // ms since 1970, by the clock of who issued it
  /** Its jti, by which an account's session is called; undefined: it has none. */
  id: string | undefined;
}

/** Whether an id is an account's of this server. Guests, and whom an identity provider vouches for, have none. */
export function isAccount(id: string): boolean {
  return id.startsWith("a:");
}

/** Reads a JWT's claims; undefined when it is none. */
export function readToken(token: string): TokenClaims | undefined {
  const body = token.split(".")[1];
  if (body === undefined) return undefined;
  let claims: unknown;
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    claims = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (!isFields(claims) || typeof claims["sub"] !== "string" || typeof claims["exp"] !== "number") return undefined;
  const { sub, exp, name, roles, jti } = claims;
  return {
    user: {
      id: sub,
      name: typeof name === "string" && name !== "" ? name : sub,
      roles: Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
    },
    expiresAt: exp * 1000,
    id: typeof jti === "string" && jti !== "" ? jti : undefined,
  };
}

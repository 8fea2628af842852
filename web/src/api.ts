// JSON routes that the client module has no part in: signing in, before there is a token, and what only those who moderate ask.

import { ChatError } from "../client/src/index";
import { t } from "./i18n/en/session";
import { decodeError, isFields } from "./protocol-decode";
import type { AuthMethods, SignedIn } from "./protocol";

/** The longest wait for an answer, in milliseconds. A password check takes 0.1 s, a slow link seconds. */
const TIMEOUT_MS = 15_000;

/** Calls a route and gives its answer, undefined where it has no body. What fails is a ChatError. */
export async function call(method: string, path: string, token?: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = {};
  if (token !== undefined) headers["Authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: "no-store",
    });
  } catch {
    throw new ChatError("UNAVAILABLE", "The server cannot be reached.", true);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const error = isFields(answer) ? decodeError(answer["error"]) : undefined;
  throw error ?? new ChatError("UNAVAILABLE", `The server answered ${response.status}.`, true);
}

export async function authMethods(): Promise<AuthMethods> {
  const answer = await call("GET", "/api/auth/methods");
  if (!isFields(answer)) throw unreadable();
  return { accounts: answer["accounts"] === true, guests: answer["guests"] === true };
}

export async function signInAsGuest(name: string): Promise<SignedIn> {
  return signedIn(await call("POST", "/api/auth/guest", undefined, name === "" ? {} : { name }));
}

export async function signIn(name: string, password: string): Promise<SignedIn> {
  return signedIn(await call("POST", "/api/auth/login", undefined, { name, password }));
}

export async function register(name: string, password: string): Promise<SignedIn> {
  return signedIn(await call("POST", "/api/auth/register", undefined, { name, password }));
}

function signedIn(answer: unknown): SignedIn {
  if (!isFields(answer) || typeof answer["token"] !== "string" || !isFields(answer["user"])) throw unreadable();
  const { id, name, roles } = answer["user"];
  if (typeof id !== "string") throw unreadable();
  return {
    token: answer["token"],
    user: {
      id,
      name: typeof name === "string" && name !== "" ? name : id,
      roles: Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
    },
  };
}

export function unreadable(): ChatError {
  return new ChatError("INTERNAL", t("unreadableAnswer"), true);
}

// Accounts of a server, and what they are signed in with.

import type { Server } from "./server";

export const PASSWORD = "a few words of mine";

/** What devices call themselves. */
export const AGENTS = {
  phone: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  tablet: "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36",
  desk: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
  script: "curl/8.5.0",
} as const;

export interface SignedIn {
  id: string;
  token: string;
}

/** Makes an account, and with it a session. */
export function register(server: Server, name: string, agent: string = AGENTS.desk): Promise<SignedIn> {
  return ask(server, "register", name, agent);
}

/** Signs an account in once more. */
export function signIn(server: Server, name: string, agent: string = AGENTS.desk): Promise<SignedIn> {
  return ask(server, "login", name, agent);
}

async function ask(server: Server, route: "register" | "login", name: string, agent: string): Promise<SignedIn> {
  const response = await fetch(`${server.url}/api/auth/${route}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "User-Agent": agent },
    body: JSON.stringify({ name, password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`${route} ${name}: ${response.status} ${await response.text()}`);
  const { token, user } = (await response.json()) as { token: string; user: { id: string } };
  return { token, id: user.id };
}

/** How the server answers whoever shows a token: 200, or 401. */
export async function answerTo(server: Server, token: string): Promise<number> {
  return (await fetch(`${server.url}/api/rooms`, { headers: { Authorization: `Bearer ${token}` } })).status;
}

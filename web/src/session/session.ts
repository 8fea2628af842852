// Who is signed in on this page.

import { signal } from "@preact/signals";
import type { User } from "../protocol";
import { forgetToken, loadToken, replaceToken, saveToken } from "./storage";
import { readToken } from "./token";

export interface Session {
  token: string;
  user: User;
  expiresAt: number; // ms of Date.now()
}

/** The session of this page. `current` is undefined while nobody is signed in. */
export class SessionStore {
  readonly current = signal<Session | undefined>(undefined);

  constructor(now: number) {
    const token = loadToken();
    const claims = token === undefined ? undefined : readToken(token);
    if (token === undefined || !claims || claims.expiresAt <= now) return;
    this.current.value = { token, ...claims };
  }

  /** Takes a token; false when it is none. stay: keep it after the tab is closed. */
  signIn(token: string, stay: boolean): boolean {
    const claims = readToken(token);
    if (!claims) return false;
    saveToken(token, stay);
    this.current.value = { token, ...claims };
    return true;
  }

  /** Takes a new token of the same user without ending what runs; false when it is another's. */
  renew(token: string): boolean {
    const session = this.current.peek();
    const claims = readToken(token);
    if (!session || !claims || claims.user.id !== session.user.id) return false;
    replaceToken(token);
    // The object stays the same: a new one would end the chat and all it holds.
    session.token = token;
    session.expiresAt = claims.expiresAt;
    return true;
  }

  signOut(): void {
    forgetToken();
    this.current.value = undefined;
  }
}

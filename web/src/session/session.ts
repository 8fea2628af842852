// Who is signed in on this page.

import { signal } from "@preact/signals";
import type { User } from "../protocol";
import { forgetToken, loadToken, replaceToken, saveToken } from "./storage";
import { readToken } from "./token";

/** On which the tabs of a browser hear that somebody signed out in one of them. */
const CHANNEL = "roomstream session";

export interface Session {
  token: string;
  user: User;
  expiresAt: number; // ms since 1970, by the server's clock
}

/** The session of this page. `current` is undefined while nobody is signed in. */
export class SessionStore {
  readonly current = signal<Session | undefined>(undefined);
  /** Why the last session ended, where this page knows it best; by its key of the catalogue. */
  readonly ended = signal<"signedOutElsewhere" | "passwordChanged" | undefined>(undefined);
  private readonly channel = this.openChannel();

  /** Takes the token that rests here. Whether it is over the server says: this device's clock may be hours off. */
  constructor() {
    const token = loadToken();
    const claims = token === undefined ? undefined : readToken(token);
    if (token !== undefined && claims) this.current.value = { token, ...claims };
  }

  /** Takes a token; false when it is none. stay: keep it after the tab is closed. */
  signIn(token: string, stay: boolean): boolean {
    const claims = readToken(token);
    if (!claims) return false;
    saveToken(token, stay);
    this.ended.value = undefined;
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

  /** Ends the session of this tab, and those of the same user in this browser's other tabs. */
  signOut(): void {
    const user = this.current.peek()?.user.id;
    this.end();
    if (user !== undefined) this.channel?.postMessage(user);
  }

  /** Forgets a token that the server says is over; other tabs hear that themselves. */
  end(): void {
    forgetToken();
    this.current.value = undefined;
  }

  private openChannel(): BroadcastChannel | undefined {
    if (typeof BroadcastChannel === "undefined") return undefined;
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === undefined || data !== this.current.peek()?.user.id) return;
      this.ended.value = "signedOutElsewhere";
      this.end();
    };
    return channel;
  }
}

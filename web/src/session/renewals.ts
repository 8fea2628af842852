// Where the client module gets its tokens.
//
// It asks for one when it connects, and again when that is about to run out or of no use
// any more. The page has only the one it was signed in with: asked again, it waits until
// its user has signed in again.

import { signal } from "@preact/signals";
import type { Session } from "./session";

export class Renewals {
  /** Another token is asked for: whoever is signed in has to sign in again. */
  readonly wanted = signal(false);
  private given: string | undefined;
  private waiting: { token: Promise<string>; resolve: (token: string) => void } | undefined;

  constructor(private readonly session: Session) {}

  /** The session's token, where it was not given yet; else the next one, once there is one. */
  next(): string | Promise<string> {
    const { token } = this.session;
    if (token !== this.given) return (this.given = token);
    this.wanted.value = true;
    if (!this.waiting) {
      let resolve = (_: string): void => undefined;
      this.waiting = { token: new Promise((settle) => (resolve = settle)), resolve };
    }
    return this.waiting.token;
  }

  /** The session has another token. */
  renewed(): void {
    this.wanted.value = false;
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = undefined;
    this.given = this.session.token;
    waiting.resolve(this.given);
  }
}

// Where the connection stands, for people: how long it has been gone, besides what the client module says.

import type { ChatError, State } from "../../client/src/index";

/** Times are milliseconds of Date.now(). */
export type Status =
  | { kind: "connecting" }
  | { kind: "online" }
  | { kind: "waiting"; since: number; retryAt: number }
  | { kind: "retrying"; since: number }
  /** Signing in again helps. */
  | { kind: "refused" }
  /** Nothing does: the server wants no more of this user. */
  | { kind: "ended"; error: ChatError };

/** What follows from what the module says. lostAt: since when there is no connection; undefined: there is one, or there was none yet. */
export function statusOf(state: State, lostAt: number | undefined): Status {
  switch (state.kind) {
    case "online":
      return state;
    case "connecting":
      return lostAt === undefined ? state : { kind: "retrying", since: lostAt };
    case "offline":
      return { kind: "waiting", since: lostAt ?? Date.now(), retryAt: state.retryAt };
    case "refused":
      return state.error.aboutToken ? { kind: "refused" } : { kind: "ended", error: state.error };
  }
}

// What goes wrong, as an exception: act on the code, show the message.

/** The codes of the protocol, to which servers may add, and DISCARDED of the outbox. */
export type ErrorCode =
  | "BAD_REQUEST" | "UNKNOWN_EVENT" | "UNAUTHENTICATED" | "TOKEN_EXPIRED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "GONE"
  | "TOO_LARGE" | "RATE_LIMITED" | "INTERNAL" | "UNAVAILABLE" | "OVERLOADED" | "TIMEOUT" | "DISCARDED"
  | (string & {});

/** An error the server answered with, or UNAVAILABLE and TIMEOUT where it did not answer. */
export class ChatError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The same request may succeed later. */
    readonly retryable: boolean,
    /** Not before this many milliseconds; 0: the server did not say. */
    readonly retryAfterMs = 0,
    /** The field that is wrong, where the server named one. */
    readonly field?: string,
    /** Why it is FORBIDDEN or a CONFLICT, where the server said so: read_only, archived, role, banned, last_owner ... */
    readonly reason?: string,
  ) {
    super(message);
    this.name = "ChatError";
  }

  /** The token was refused: with another one the same request may succeed. */
  get aboutToken(): boolean {
    return this.code === "UNAUTHENTICATED" || this.code === "TOKEN_EXPIRED";
  }
}

export const offline = (): ChatError => new ChatError("UNAVAILABLE", "there is no connection to the server", true);
export const unanswered = (): ChatError => new ChatError("TIMEOUT", "the server did not answer in time; the outcome is unknown", true);
export const closed = (): ChatError => new ChatError("UNAVAILABLE", "the client was closed; what the outbox holds is sent by the next one with the same store", false);
export const discarded = (): ChatError => new ChatError("DISCARDED", "the write was discarded", false);

/** Whatever was thrown, as an error of ours. */
export function asChatError(thrown: unknown): ChatError {
  return thrown instanceof ChatError ? thrown : new ChatError("INTERNAL", thrown instanceof Error ? thrown.message : String(thrown), true);
}

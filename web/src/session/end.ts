import { pathOf } from "../../client/src/index";
import { call } from "../api";
import type { Session } from "./session";
import { isAccount, readToken } from "./token";

/**
 * Ends an account's session at the server, too: else it would be listed, and its token good, for what is left of a day. It
 * does not reject.
 */
export async function endAtServer({ user, token }: Session): Promise<void> {
  const id = isAccount(user.id) ? readToken(token)?.id : undefined;
  if (id === undefined) return;
  try {
    await call("DELETE", pathOf("api", "users", "me", "sessions", id), token);
  } catch {
    // It has ended already, or ends by itself.
  }
}

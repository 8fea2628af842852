// What an admin may do about somebody.

import type { Profile } from "../../protocol";
import type { AdminRequests } from "../requests";

export type Deed = "endSessions" | "disable" | "enable";

/** Does it. Fails with a ChatError. */
export function does(requests: AdminRequests, deed: Deed, { id }: Profile): Promise<void> {
  switch (deed) {
    case "endSessions":
      return requests.endSessions(id);
    case "disable":
      return requests.disable(id);
    case "enable":
      return requests.enable(id);
  }
}

/** The same person from then on. */
export function after(deed: Deed, person: Profile): Profile {
  if (deed === "endSessions") return person;
  const { disabled: _, ...rest } = person;
  return deed === "disable" ? { ...rest, disabled: true } : rest;
}

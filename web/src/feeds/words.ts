// What the page says of streams and what comes from them.

import type { ChatError } from "../../client/src/index";
import type { Declaration } from "../protocol";
import type { IconName } from "../ui/Icon";
import type { FeedStatus, Kind } from "./feed";

export const kindWords: Record<Kind, { text: string; icon: IconName }> = {
  insert: { text: "Insert", icon: "plus" },
  update: { text: "Update", icon: "edit" },
  replace: { text: "Replace", icon: "swap" },
  delete: { text: "Delete", icon: "trash" },
  initial: { text: "Initial", icon: "file" },
  change: { text: "Change", icon: "dots" },
};

export function watchText({ watches, collection }: Declaration): string {
  if (watches === "collection") return `Collection ${collection}`;
  return watches === "database" ? "Whole database" : "Whole deployment";
}

export function operationsText({ operations }: Declaration): string {
  return operations.length === 4 || operations.length === 0 ? "All changes" : operations.map((operation) => kindWords[operation].text).join(", ");
}

/** Why a stream is closed, in words. */
export const closings: Readonly<Record<string, string>> = {
  changed: "Closed: its declaration, or what you may see of it, was changed.",
  removed: "Closed: its declaration was removed.",
  dropped: "Closed: the collection was dropped or renamed.",
  forbidden: "Closed: you may no longer open it.",
  history_lost: "Closed: the database no longer has all that came since. Open it again to go on from now.",
  failed: "Closed: the database refuses its stages now. An admin has to look at the declaration.",
  slow: "Closed: this page could not follow so many events. What came is not lost: open it again to go on.",
};

export interface StateWords {
  text: string;
  tone: "quiet" | "live" | "waiting" | "bad";
}

/** Where a feed stands, in words. */
export function stateWords(status: FeedStatus, online: boolean): StateWords {
  switch (status.kind) {
    case "idle":
      return { text: "Not open", tone: "quiet" };
    case "opening":
      return { text: "Opening…", tone: "waiting" };
    case "open":
      return { text: "Open: changes appear as they happen", tone: "live" };
    case "reconnecting":
      return { text: online ? "Opening again by itself…" : "No connection: it goes on by itself", tone: "waiting" };
    case "closed":
      return { text: closings[status.reason] ?? "Closed by the server.", tone: "bad" };
    case "refused":
      return { text: refusalText(status.error), tone: "bad" };
  }
}

/** An error's message where its field is: without the field's name in front. */
export function messageText({ message, field }: ChatError): string {
  return sentence(field !== undefined && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Why it could not be opened, in words. */
function refusalText(error: ChatError): string {
  // A variable is named as it is in the form, if it is there at all.
  const message = error.message.startsWith("vars.") ? error.message.slice("vars.".length) : sentence(error.message);
  return `Not opened. ${message}${/[.!?]$/.test(message) ? "" : "."}`;
}

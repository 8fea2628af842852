// What the page says of streams and what comes from them.

import type { ChatError } from "../../client/src/index";
import { messageOf, sentence } from "../chat/asking";
import { t } from "../i18n/en/feeds";
import { commaText } from "../i18n/number";
import type { Declaration } from "../protocol";
import type { IconName } from "../ui/Icon";
import type { FeedStatus, Kind } from "./feed";

export const kindIcons: Readonly<Record<Kind, IconName>> = {
  insert: "plus",
  update: "edit",
  replace: "swap",
  delete: "trash",
  initial: "file",
  change: "dots",
};

export const KINDS = Object.keys(kindIcons) as readonly Kind[];

const counts = {
  insert: "countInsert",
  update: "countUpdate",
  replace: "countReplace",
  delete: "countDelete",
  initial: "countInitial",
  change: "countChange",
} as const satisfies Record<Kind, string>;

/** "2 insert". */
export function countText(kind: Kind, count: number): string {
  return t(counts[kind], { count });
}

export function watchText({ watches, collection }: Declaration): string {
  if (watches === "collection") return t("collection", { name: collection });
  return t(watches === "database" ? "wholeDatabase" : "wholeDeployment");
}

export function operationsText({ operations }: Declaration): string {
  return operations.length === 4 || operations.length === 0 ? t("allChanges") : commaText(operations.map((operation) => t(operation)));
}

type Closing = keyof (typeof t)["english"] & `closed${string}`;

/** Why a stream is closed, by the reason that is told. */
export const closings: ReadonlyMap<string, Closing> = new Map([
  ["changed", "closedChanged"],
  ["removed", "closedRemoved"],
  ["dropped", "closedDropped"],
  ["forbidden", "closedForbidden"],
  ["history_lost", "closedHistory"],
  ["failed", "closedFailed"],
  ["slow", "closedSlow"],
] as const);

export interface StateWords {
  text: string;
  tone: "quiet" | "live" | "waiting" | "bad";
}

/** Where a feed stands, in words. */
export function stateWords(status: FeedStatus, online: boolean): StateWords {
  switch (status.kind) {
    case "idle":
      return { text: t("notOpen"), tone: "quiet" };
    case "opening":
      return { text: t("openingNow"), tone: "waiting" };
    case "open":
      return { text: t("isOpen"), tone: "live" };
    case "reconnecting":
      return { text: t(online ? "openingAgain" : "noConnection"), tone: "waiting" };
    case "closed":
      return { text: t(closings.get(status.reason) ?? "closedByServer"), tone: "bad" };
    case "refused":
      return { text: refusalText(status.error), tone: "bad" };
  }
}

/** An error's message where its field is: without the field's name in front. */
export function messageText(error: ChatError): string {
  const { message, field } = error;
  return field !== undefined && message.startsWith(`${field}: `) ? sentence(message.slice(field.length + 2)) : messageOf(error);
}

/** Why it could not be opened, in words. */
function refusalText(error: ChatError): string {
  // A variable is named as it is in the form, if it is there at all.
  const message = error.message.startsWith("vars.") ? error.message.slice("vars.".length) : messageOf(error);
  return t("notOpened", { why: /[.!?。]$/u.test(message) ? message : `${message}.` });
}

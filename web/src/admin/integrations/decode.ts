// Bots, hooks and webhooks as the wire brings them, made typed or refused.

import { isFields } from "../../protocol-decode";

/** A program with a key. */
export interface Bot {
  readonly id: string;
  readonly name: string;
  /** Where its key is good; undefined: everywhere but in direct rooms. */
  readonly rooms: readonly string[] | undefined;
  readonly postsOnly: boolean;
  readonly createdBy: string;
  readonly createdAt: string;
}

/** An address that takes messages. */
export interface Hook {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

/** An address that a room's events are taken to. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly roomId: string | undefined;
  /** Undefined: all. */
  readonly events: readonly string[] | undefined;
  readonly createdBy: string;
  readonly createdAt: string;
  /** It was given up. */
  readonly failed: { readonly at: string; readonly reason: string; readonly roomId: string; readonly seq: number } | undefined;
}

/** How far a webhook has come in a room. */
export interface Cursor {
  readonly roomId: string;
  readonly seq: number;
  readonly failingSince: string | undefined;
  readonly attempts: number;
  readonly lastError: string;
}

export function decodeBot(value: unknown): Bot | undefined {
  const made = decodeHook(value);
  if (!made || !isFields(value)) return undefined;
  return { ...made, rooms: textsOf(value["rooms"]), postsOnly: value["rights"] === "post" };
}

export function decodeHook(value: unknown): Hook | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  return { id: value["id"], name: textOf(value["name"]), createdBy: textOf(value["createdBy"]), createdAt: textOf(value["createdAt"]) };
}

export function decodeWebhook(value: unknown): Webhook | undefined {
  if (!isFields(value) || typeof value["id"] !== "string") return undefined;
  const { id, roomId, failed } = value;
  return {
    id,
    url: textOf(value["url"]),
    roomId: typeof roomId === "string" ? roomId : undefined,
    events: textsOf(value["events"]),
    createdBy: textOf(value["createdBy"]),
    createdAt: textOf(value["createdAt"]),
    failed: isFields(failed) ? { at: textOf(failed["at"]), reason: textOf(failed["reason"]), roomId: textOf(failed["roomId"]), seq: numberOf(failed["seq"]) } : undefined,
  };
}

export function decodeCursor(value: unknown): Cursor | undefined {
  if (!isFields(value) || typeof value["roomId"] !== "string") return undefined;
  const { roomId, failingSince } = value;
  return {
    roomId,
    seq: numberOf(value["seq"]),
    failingSince: typeof failingSince === "string" ? failingSince : undefined,
    attempts: numberOf(value["attempts"]),
    lastError: textOf(value["lastError"]),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : undefined;
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : 0;
}

// What every request to the server needs.

import { ChatError } from "../../client/src/index";

/** 128 random bits. crypto.randomUUID would do, but is missing on plain-HTTP addresses. */
export function newClientId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Why a request was refused; undefined: it was not. */
export async function refusalOf(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** An error as a sentence for people. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ChatError)) return "Something went wrong here. Try again.";
  return error.message.charAt(0).toUpperCase() + error.message.slice(1);
}

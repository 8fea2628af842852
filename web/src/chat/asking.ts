// What every request to the server needs.

import { ChatError } from "../../client/src/index";

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
  return sentence(error.message);
}

export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

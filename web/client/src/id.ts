// Ids for what is sent once.

/** 128 random bits. crypto.randomUUID would do, but is missing on pages of plain-HTTP addresses. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

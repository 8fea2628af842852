// How long a text is, and what is said of it.

/** The count shows when this share of the limit is used. */
const COUNT_FROM = 0.8;

/** Counts as the server does. */
export function codePoints(text: string): number {
  let n = 0;
  for (const _ of text) n++;
  return n;
}

export function showsLimit(length: number, maxLength: number): boolean {
  return length >= maxLength * COUNT_FROM;
}

export function limitText(length: number, maxLength: number): string {
  const left = maxLength - length;
  const count = `${Math.abs(left).toLocaleString("en")} ${Math.abs(left) === 1 ? "character" : "characters"}`;
  return left >= 0 ? `${count} left` : `${count} too long`;
}

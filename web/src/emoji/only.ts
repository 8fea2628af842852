// Whether a message is nothing but a few emoji: then they are shown large.

/** More are words, and stay as small as those. */
const MOST = 3;
/** No such text is longer, in code units: a family of four with tones is 24. */
const LONGEST = 120;

/** Older browsers do not know the property; there all emoji are small. */
const emoji = patternOf(`^\\s*(?:\\p{RGI_Emoji}\\s*){1,${MOST}}$`);

export function isOnlyEmoji(text: string): boolean {
  return text.length <= LONGEST && emoji !== undefined && emoji.test(text);
}

function patternOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source, "v");
  } catch {
    return undefined;
  }
}

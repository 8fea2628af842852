// The emoji one used last, and the skin tone one chose, on this device.

const RECENT_KEY = "roomstream.emoji";
const TONE_KEY = "roomstream.emoji.tone";
/** Three rows of the picker. */
const MOST = 24;
/** No emoji is longer, in code units; the server takes 64 bytes. */
const LONGEST = 64;
const DARKEST = 5;

/** The newest first. */
export function recentEmoji(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(RECENT_KEY) ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.filter((emoji): emoji is string => typeof emoji === "string" && emoji !== "" && emoji.length <= LONGEST).slice(0, MOST);
  } catch {
    return []; // storage is forbidden here, or something else wrote there
  }
}

export function noteEmoji(emoji: string): void {
  write(RECENT_KEY, JSON.stringify([emoji, ...recentEmoji().filter((other) => other !== emoji)].slice(0, MOST)));
}

/** 0: none was chosen; 1 to 5: from light to dark. */
export function chosenTone(): 0 | 1 | 2 | 3 | 4 | 5 {
  try {
    const kept = Number(localStorage.getItem(TONE_KEY));
    return Number.isInteger(kept) && kept >= 0 && kept <= DARKEST ? (kept as 0 | 1 | 2 | 3 | 4 | 5) : 0;
  } catch {
    return 0;
  }
}

export function chooseTone(tone: number): void {
  write(TONE_KEY, String(tone));
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Forgotten with the page, then.
  }
}

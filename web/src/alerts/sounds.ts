// The sounds of the page: a few tones each, made here, and which of them this browser plays.

import { signal } from "@preact/signals";

/** A tone: its pitch in Hz, when it begins and how long it sounds, in s. */
interface Tone {
  readonly pitch: number;
  readonly at: number;
  readonly length: number;
}

const tones = {
  chime: [
    { pitch: 880, at: 0, length: 0.18 },
    { pitch: 1174.7, at: 0.11, length: 0.3 },
  ],
  knock: [
    { pitch: 196, at: 0, length: 0.07 },
    { pitch: 174.6, at: 0.12, length: 0.09 },
  ],
  drop: [{ pitch: 1318.5, at: 0, length: 0.12 }],
} satisfies Readonly<Record<string, readonly Tone[]>>;

export type Sound = keyof typeof tones | "none";

/** As they are offered; each is called by its key of the catalogue. */
export const SOUNDS = ["chime", "knock", "drop", "none"] as const satisfies readonly Sound[];

const KEY = "roomstream.sound";
/** How loud, of 1: a word in an office. */
const LOUDNESS = 0.2;
/** Exponential fades never reach 0. */
const SILENT = 0.0001;
/** How long a tone takes to be there, in s: at once it would crack. */
const RISE = 0.008;

/** What this browser plays; other tabs are asked when it is played. */
export const sound = signal<Sound>(stored());

let context: AudioContext | undefined;

export function chooseSound(next: Sound): void {
  sound.value = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // The choice lasts as long as the page.
  }
}

/** Whether no sound is what was chosen: then the system is not to make one either. */
export function isSilent(): boolean {
  return stored(sound.peek()) === "none";
}

/** Plays the chosen sound, and says whether it could: browsers let no page sound that nobody has touched yet. */
export function playSound(): boolean {
  sound.value = stored(sound.peek());
  const chosen = sound.peek();
  if (chosen === "none" || typeof AudioContext === "undefined") return false;
  if (!context && !navigator.userActivation?.hasBeenActive) return false;
  context ??= new AudioContext();
  if (context.state !== "running") void context.resume().catch(() => undefined);
  for (const tone of tones[chosen]) play(context, tone);
  return true;
}

function play(on: AudioContext, { pitch, at, length }: Tone): void {
  const begin = on.currentTime + at;
  const swell = new GainNode(on, { gain: SILENT });
  swell.gain.setValueAtTime(SILENT, begin);
  swell.gain.exponentialRampToValueAtTime(LOUDNESS, begin + RISE);
  swell.gain.exponentialRampToValueAtTime(SILENT, begin + length);
  const voice = new OscillatorNode(on, { type: "sine", frequency: pitch });
  voice.connect(swell).connect(on.destination);
  voice.start(begin);
  voice.stop(begin + length);
}

function stored(otherwise: Sound = "chime"): Sound {
  try {
    const kept = localStorage.getItem(KEY);
    return SOUNDS.find((known) => known === kept) ?? otherwise;
  } catch {
    return otherwise;
  }
}

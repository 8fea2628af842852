// Emoji by the names people type behind a colon.

import type { Typed } from "./mention";

/** Offered at once. */
const MOST = 6;
/** A colon and one letter are part of a smiley more often than of a name. */
const SHORTEST = 2;

/** Each with its names, the first of which is shown. */
const EMOJI: readonly (readonly [string, string])[] = [
  ["😀", "grinning happy"], ["😃", "smiley happy"], ["😄", "smile happy laugh"], ["😁", "grin beam"], ["😆", "laughing haha"], ["😅", "sweat_smile relief"], ["😂", "joy tears laugh"],
  ["🤣", "rofl rolling laugh"], ["🙂", "slight_smile"], ["🙃", "upside_down silly"], ["😉", "wink"], ["😊", "blush smile shy"], ["😇", "innocent angel halo"], ["🥰", "smiling_hearts love"],
  ["😍", "heart_eyes love"], ["🤩", "star_struck wow"], ["😘", "kiss blow"], ["😋", "yum tasty"], ["😜", "stuck_out_tongue joke"], ["🤪", "zany crazy"], ["🤗", "hug hugging"],
  ["🤔", "thinking hmm"], ["🤐", "zipper_mouth quiet"], ["😐", "neutral meh"], ["😑", "expressionless"], ["😶", "no_mouth"], ["😏", "smirk"], ["😒", "unamused"], ["🙄", "roll_eyes"],
  ["😬", "grimace awkward"], ["😌", "relieved calm"], ["😔", "pensive sad"], ["😴", "sleeping zzz"], ["🤒", "thermometer sick ill"], ["🤕", "bandage hurt"], ["🤢", "nauseated sick"],
  ["🤯", "mind_blown exploding"], ["🥳", "partying party celebrate"], ["😎", "sunglasses cool"], ["🤓", "nerd"], ["😕", "confused"], ["😟", "worried"], ["🙁", "slight_frown sad"],
  ["😮", "open_mouth surprised wow"], ["😲", "astonished shocked"], ["🥺", "pleading please"], ["😢", "cry sad tear"], ["😭", "sob crying sad"], ["😱", "scream fear"], ["😞", "disappointed"],
  ["😓", "sweat"], ["😩", "weary tired"], ["😤", "triumph huff"], ["😡", "rage angry mad"], ["😠", "angry mad"], ["🤬", "swearing cursing"], ["💀", "skull dead"], ["💩", "poop"],
  ["🤖", "robot bot"], ["👻", "ghost"], ["👋", "wave hello bye"], ["👌", "ok_hand"], ["✌️", "victory peace"], ["🤞", "crossed_fingers luck"], ["👍", "thumbsup +1 yes good"],
  ["👎", "thumbsdown -1 no bad"], ["👏", "clap applause"], ["🙌", "raised_hands hooray"], ["🤝", "handshake deal"], ["🙏", "pray thanks please"], ["💪", "muscle strong"], ["👀", "eyes look"],
  ["🤷", "shrug"], ["🤦", "facepalm"], ["❤️", "heart love red_heart"], ["🧡", "orange_heart"], ["💛", "yellow_heart"], ["💚", "green_heart"], ["💙", "blue_heart"], ["💜", "purple_heart"],
  ["💔", "broken_heart"], ["💯", "hundred 100"], ["💥", "boom collision"], ["🔥", "fire lit hot"], ["✨", "sparkles"], ["⭐", "star"], ["🎉", "tada party celebrate"], ["🎂", "birthday cake"],
  ["🎁", "gift present"], ["🏆", "trophy win"], ["✅", "check done yes"], ["❌", "cross no x"], ["⚠️", "warning"], ["❓", "question"], ["❗", "exclamation"], ["💡", "bulb idea"],
  ["🚀", "rocket ship launch"], ["🐛", "bug"], ["🔧", "wrench fix"], ["📌", "pin pushpin"], ["📎", "paperclip"], ["📅", "calendar date"], ["⏰", "alarm clock time"], ["☕", "coffee tea"],
  ["🍕", "pizza"], ["🍺", "beer"], ["🍻", "cheers beers"], ["🥂", "clink champagne"], ["🍰", "cake"], ["🌈", "rainbow"], ["☀️", "sun sunny"], ["🌧️", "rain"], ["❄️", "snow"], ["🐶", "dog"],
  ["🐱", "cat"], ["🌹", "rose flower"], ["⚽", "football soccer"], ["🎵", "music note"], ["📷", "camera photo"], ["✈️", "airplane flight"], ["🏠", "house home"],
];

export interface FoundEmoji {
  readonly emoji: string;
  readonly name: string;
}

/** What is typed behind a colon that ends at the caret; undefined: nothing is. A colon within a word is a time's or an address's. */
export function emojiTypedAt(text: string, caret: number): Typed | undefined {
  const query = new RegExp(`(?:^|[\\s(])(:)([a-z0-9_+-]{${SHORTEST},})$`, "iu").exec(text.slice(0, caret))?.[2];
  return query === undefined ? undefined : { at: caret - query.length - 1, query: query.toLowerCase() };
}

/** The emoji whose names begin with what is typed, those by their first name first. */
export function findEmoji(query: string): readonly FoundEmoji[] {
  const found = EMOJI.flatMap(([emoji, names]) => {
    const all = names.split(" ");
    const at = all.findIndex((name) => name.startsWith(query) || name.split("_").some((word) => word.startsWith(query)));
    return at < 0 ? [] : [{ emoji, name: all[0] ?? "", at }];
  });
  return found.sort((a, b) => Number(a.at > 0) - Number(b.at > 0)).slice(0, MOST);
}

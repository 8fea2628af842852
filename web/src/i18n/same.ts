// Words that a language shares with English, for the test that finds what nobody translated.

import type { Tag } from "./language";

export const SAME_AS_ENGLISH: Partial<Record<Tag, readonly string[]>> = {
  de: [
    "Code",
    "Online",
    "Offline",
    "System",
    "Moderator",
    "Name",
    "Thread",
    "Token",
    "{minutes, number} min {seconds, number} s",
    "Smileys",
    "Feeds",
    "Live",
    "Moderation",
    "optional",
  ],
  es: [
    "Invisible",
    "Token",
    "{minutes, number} min {seconds, number} s",
    "No (false)",
  ],
  fr: [
    "Code",
    "Invisible",
    "Invitations",
    "Public",
    "Message",
    "{minutes, number} min {seconds, number} s",
    "Mentions",
  ],
  "pt-BR": [
    "Online",
    "Offline",
    "Token",
    "{minutes, number} min {seconds, number} s",
    "Feeds",
  ],
};

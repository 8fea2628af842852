import { texts } from "../texts";

// What other languages say of a refusal; in English the server's own words are shown. So that these weigh nothing on the page, only
// their keys are read there: see chat/asking.ts.
export const t = texts("errors", {
  unauthenticated: "The sign-in is not valid.",
  expired: "The session has ended. Sign in again.",
  forbidden: "This is not allowed here.",
  notFound: "This does not exist, or not any more.",
  gone: "This is not kept any more.",
  tooLarge: "This is too large.",
  rate: "That was too fast. Try again in a moment.",
  internal: "The server could not do this. Try again.",
  unavailable: "There is no connection to the server.",
  overloaded: "The server is busy. Try again in a moment.",
  timeout: "The server did not answer in time.",
  readOnly: "Only moderators and owners write here.",
  archived: "This room is archived: nobody writes here any more.",
  role: "The role in this room does not allow it.",
  lastOwner: "A room keeps at least one owner.",
  name: "This name is not possible: it needs a visible character, none that is invisible, and not too many.",
  password: "This password is too short or too long.",
  topic: "This topic is too long, or holds characters that cannot be shown.",
  text: "This text is too long, or holds characters that cannot be sent.",
  emoji: "This emoji cannot be set: the message has too many different ones.",
  mentions: "Too many people are mentioned.",
  attachments: "These files cannot be sent any more. Attach them again.",
  file: "This file is empty, or did not arrive whole.",
  reason: "A reason is needed, and not too long a one.",
  media: "Files of this type are not taken here.",
  pins: "This room has as many pinned messages as it may. Take one of them away first.",
  words: "This holds words that are not allowed here.",
  unsent: "You have too many files that no message shows. Send some of them first.",
});

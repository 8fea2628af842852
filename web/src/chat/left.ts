/** Why one is out of a room, in words. */
export const leftWords: Readonly<Record<string, string>> = {
  removed: "You were taken out of this room.",
  banned: "You are banned from this room.",
  left: "You have left this room.",
};

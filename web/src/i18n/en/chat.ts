import { texts } from "../texts";

export const t = texts("chat", {
  removed: "You were taken out of this room.",
  banned: "You are banned from this room.",
  left: "You have left this room.",
  unreadable: "You cannot read this room.",
  inRoom: "{room}: {words}",
  wentWrong: "Something went wrong here. Try again.",
  myNotes: "My notes",
  listLabel: "Rooms and account",
  skip: "Skip to the message field",
  welcome: "Welcome, {name}",
  firstRoom: "Nobody has opened a room yet. Create the first one with the plus sign in the list.",
  chooseRoom: "Choose a room",
  chooseRoomText: "Everything said there is kept, in order. You can read it from the start.",
  noSuchRoom: "There is no such room",
  noSuchRoomText: "The address names none: the name of a room in an address is of letters, digits, dots, colons, hyphens and underscores.",
});

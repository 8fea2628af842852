import { texts } from "../texts";

export const t = texts("composer", {
  send: "Send",
  slowMode: "Slow mode: you may write again in {time}",
  tooMany: "Too many at once: what waits goes out by itself. You may write again in {time}",
  seconds: "{seconds, number} s",
  minutes: "{minutes, number} min {seconds, number} s",
  notifyTitle: "Notify everybody?",
  notifyText: "“@room” notifies everybody in {room}.",
  sendToAll: "Send to all",
  goBack: "Go back",
  editMessage: "Edit message",
  saving: "Saving the message…",
  editing: "Editing a message",
  showEdited: "Show",
  newText: "New text of the message",
  notSaved: "Not saved. {error}",
  people: "People to mention",
  emoji: "Emoji",
  everybody: "Everybody in this room",
  left: "{count, plural, one {# character left} other {# characters left}}",
  tooLong: "{count, plural, one {# character too long} other {# characters too long}}",
});

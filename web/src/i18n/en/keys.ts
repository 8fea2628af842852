import { texts } from "../texts";

export const t = texts("keys", {
  previousRoom: "Previous room in the list",
  nextRoom: "Next room in the list",
  send: "Send the message",
  newLine: "New line",
  editLast: "Edit your last message, while the field is empty",
  cancel: "Close, or cancel an edit",
  showThis: "Show this list",
  helpKey: "The ? key shows this list",
  helpKeyHint: "Switch it off if the list opens when you did not mean it to. The menu under your name shows it, too.",
  ctrl: "Ctrl",
  command: "Command",
  alt: "Alt",
  shift: "Shift",
  enter: "Enter",
  escape: "Esc",
  up: "Up arrow",
  down: "Down arrow",
});

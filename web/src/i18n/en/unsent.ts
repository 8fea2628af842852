import { texts } from "../texts";

export const t = texts("unsent", {
  title: "Messages not sent",
  unreadableRoom: "A room that you cannot read any more",
  copyText: "Copy text",
  goToRoom: "Go to the room",
  discard: "Discard",
  count: "{count, plural, one {# message was not sent} other {# messages were not sent}}",
  withFiles: "{count, plural, one {With # file} other {With # files}}",
});

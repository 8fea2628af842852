import { texts } from "../texts";

export const t = texts("ui", {
  online: "Online",
  idle: "Away",
  dnd: "Do not disturb",
  invisible: "Invisible",
  offline: "Offline",
  lastSeen: "Last seen {ago}",
  lastSeenOn: "Last seen on {date}",
});

import { texts } from "../texts";

export const t = texts("offline", {
  offline: "You are offline.",
  kept: "These are the last messages kept in this browser, as of {time}. What you write is sent when there is a connection.",
});

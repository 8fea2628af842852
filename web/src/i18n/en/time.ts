import { texts } from "../texts";

export const t = texts("time", {
  today: "Today",
  yesterday: "Yesterday",
  justNow: "just now",
});

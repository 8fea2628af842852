import { texts } from "../texts";

export const t = texts("versions", {
  title: "What the message said",
  present: "Now",
  noText: "No text",
  more: "There were earlier versions, which are not shown.",
  failed: "The versions could not be read: {why}",
});

import { texts } from "../texts";

export const t = texts("previews", {
  show: "Show previews of links",
  on: "On",
  off: "Off",
  remove: "Remove the preview",
  notRemoved: "The preview could not be removed. {why}",
});

import { texts } from "../texts";

export const t = texts("ways", {
  liveFeeds: "Live feeds",
  loadingFeeds: "Loading the feeds",
  feedsFailed: "The feeds could not be loaded",
  failed: "This could not be loaded",
  whyFailed: "There is no connection, or the server has a newer version of this page.",
  loadAgain: "Load the page again",
  administration: "Administration",
  moderation: "Moderation",
  reports: "Reports",
  audit: "Audit log",
  programs: "Programs",
});

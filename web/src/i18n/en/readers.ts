import { texts } from "../texts";

export const t = texts("readers", {
  title: "Who has read it",
  nobody: "Nobody has read it yet.",
  count: "{count, plural, one {# person has read it.} other {# people have read it.}}",
  deliveredTo: "Delivered to",
  moreHaveIt: "{count, plural, one {# more person has it.} other {# more people have it.}}",
});

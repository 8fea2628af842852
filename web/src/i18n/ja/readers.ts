import type { t } from "../en/readers";
import type { Translation } from "../texts";

export const readers: Translation<typeof t> = {
  title: "既読者",
  nobody: "まだ誰も読んでいません。",
  count: "{count, number}人が読みました。",
  deliveredTo: "配信済み（未読）",
  moreHaveIt: "ほかに{count, number}人に届いています。",
};

import type { t } from "../en/filters";
import type { Translation } from "../texts";

export const filters: Translation<typeof t> = {
  filters: "絞り込み",
  title: "検索を絞り込む",
  room: "ルーム",
  allRooms: "すべてのルーム",
  writtenBy: "投稿者",
  anybody: "指定しない",
  firstDay: "開始日",
  lastDay: "終了日",
  show: "メッセージを表示",
  by: "{name}の投稿",
  since: "{day}から",
  until: "{day}まで",
  remove: "絞り込みを解除：{filter}",
  badDays: "終了日は開始日より前にできません。",
};

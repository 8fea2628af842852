import type { t } from "../en/attachments";
import type { Translation } from "../texts";

export const attachments: Translation<typeof t> = {
  toAttach: "添付するファイル",
  attach: "ファイルを添付",
  list: "ファイル",
  open: "{name}を開く",
  toBeSent: "送信するファイル",
  uploading: "{name}をアップロード中",
  retry: "再試行",
  remove: "{name}を取り除く",
  unreadable: "サーバーの応答を読み取れません。",
  noRoom: "ファイルは、ルームを開いているときに追加できます。",
  notHere: "ここにはファイルを追加できません。{why}",
  folder: "フォルダーは追加できません。中のファイルを追加してください。",
  folders: "フォルダーは追加できません。中のファイルを追加してください。",
  notFolders: "ファイルを追加しました。フォルダーは追加できません。",
  added: "{room}での次のメッセージに{count, number}個のファイルを追加しました。",
  drop: "ドロップすると、{room}のメッセージにファイルを追加します",
  tooMany: "1件のメッセージに添付できるファイルは{most, number}個までです。",
  empty: "「{name}」は空のため、追加されませんでした。",
  tooLarge: "「{name}」は追加されませんでした。サイズは{size}で、上限は{most}です。",
  files: "{count, number}個のファイル",
  spoken: "{name}：{text}",
  spokenFiles: "{name}さんが{count, number}個のファイルを送信しました：{files}",
  spokenWithFiles: "{name}：{text}（ファイル{count, number}個：{files}）",
};

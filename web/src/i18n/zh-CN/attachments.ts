import type { t } from "../en/attachments";
import type { Translation } from "../texts";

export const attachments: Translation<typeof t> = {
  toAttach: "要添加的文件",
  attach: "添加文件",
  list: "文件",
  open: "打开 {name}",
  toBeSent: "待发送的文件",
  uploading: "正在上传 {name}",
  retry: "重试",
  remove: "移除 {name}",
  unreadable: "无法读取服务器的响应。",
  noRoom: "打开聊天室后才能添加文件。",
  notHere: "无法在此添加文件。{why}",
  folder: "无法添加文件夹，请添加其中的文件。",
  folders: "无法添加文件夹，请添加其中的文件。",
  notFolders: "文件已添加；文件夹无法添加。",
  added: "已将 {count, number} 个文件添加到你在 {room} 的下一条消息。",
  drop: "放下文件即可添加到你在 {room} 的消息",
  tooMany: "一条消息最多可包含 {most, number} 个文件。",
  empty: "“{name}”是空文件，未添加。",
  tooLarge: "“{name}”未添加：大小为 {size}，上限为 {most}。",
  files: "{count, number} 个文件",
  spoken: "{name}：{text}",
  spokenFiles: "{name} 发送了 {count, number} 个文件：{files}",
  spokenWithFiles: "{name}：{text}（含 {count, number} 个文件：{files}）",
};

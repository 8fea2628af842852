import type { t } from "../en/keys";
import type { Translation } from "../texts";

export const keys: Translation<typeof t> = {
  previousRoom: "列表中的上一个聊天室",
  nextRoom: "列表中的下一个聊天室",
  send: "发送消息",
  newLine: "换行",
  editLast: "输入框为空时，编辑自己的最后一条消息",
  cancel: "关闭，或取消编辑",
  showThis: "显示此列表",
  helpKey: "按 ? 键显示此列表",
  helpKeyHint: "如果列表会意外打开，请关闭此项。您名字处的菜单也可以显示它。",
  ctrl: "Ctrl",
  command: "Command 键",
  alt: "Alt",
  shift: "Shift",
  enter: "Enter",
  escape: "Esc",
  up: "向上箭头",
  down: "向下箭头",
};

import type { t } from "../en/chat";
import type { Translation } from "../texts";

export const chat: Translation<typeof t> = {
  removed: "您已被移出此聊天室。",
  banned: "您已被此聊天室封禁。",
  left: "您已离开此聊天室。",
  unreadable: "您无法阅读此聊天室。",
  inRoom: "{room}：{words}",
  wentWrong: "出了点问题，请重试。",
  myNotes: "我的笔记",
  listLabel: "聊天室和账户",
  skip: "跳到消息输入框",
  welcome: "欢迎，{name}",
  firstRoom: "还没有聊天室。请点按列表中的加号创建第一个。",
  chooseRoom: "请选择聊天室",
  chooseRoomText: "那里的所有内容都会按顺序保留，您可以从头阅读。",
  noSuchRoom: "没有这个聊天室",
  noSuchRoomText: "该地址未指向任何聊天室：地址中的聊天室名称由字母、数字、点、冒号、连字符和下划线组成。",
};

import type { t } from "../en/profile";
import type { Translation } from "../texts";

export const profile: Translation<typeof t> = {
  reading: "正在读取您的个人资料",
  failed: "无法读取您的个人资料",
  noConnection: "没有连接，现在无法更改。",
  name: "显示名称",
  nameHint: "其他人看到的名称。留空则恢复为 {name}。",
  nameHintAccount: "其他人看到的名称。您仍以 {name} 登录；留空则恢复为该名称。",
  badName: "不能使用此名称。它最多 {most, number} 个字符，其中至少一个可见，且不能含有控制字符或改变文字方向的字符。",
  saved: "已保存。",
  status: "状态",
  statusAbout: "在您的所有设备上有效，直到您更改为止。",
  onlineText: "其他人能看到您是否在这里。",
  dndText: "您的设备不会收到推送通知。打开的页面仍会提醒您。",
  invisibleText: "其他人看到您处于离线状态，但仍能看到您在聊天室中的操作。",
  password: "密码",
  passwordAbout: "更改密码会结束您的所有会话，包括当前会话：之后请使用新密码登录。您在任何地方输入但未发送的内容都会丢失。",
  present: "当前密码",
  next: "新密码",
  nextHint: "至少 {least, number} 个字符。最好使用几个您未在别处用过的词。",
  badPassword: "密码应为 {least, number} 到 {most, number} 个字符。",
  wrongPassword: "这不是您当前的密码。",
  show: "显示密码",
  change: "更改密码",
};

import type { t } from "../en/page";
import type { Translation } from "../texts";

export const page: Translation<typeof t> = {
  signedOutElsewhere: "您已在另一个标签页中退出登录。",
  signedOutByServer: "服务器已将您退出登录。",
  passwordChanged: "您的密码已更改。请使用新密码登录。",
};

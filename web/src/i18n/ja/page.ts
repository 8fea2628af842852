import type { t } from "../en/page";
import type { Translation } from "../texts";

export const page: Translation<typeof t> = {
  signedOutElsewhere: "別のタブでサインアウトしました。",
  signedOutByServer: "サーバーによりサインアウトされました。",
  passwordChanged: "パスワードを変更しました。新しいパスワードでサインインしてください。",
};

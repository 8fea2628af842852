import { texts } from "../texts";

export const t = texts("page", {
  signedOutElsewhere: "You signed out in another tab.",
  signedOutByServer: "You were signed out by the server.",
  passwordChanged: "Your password was changed. Sign in with the new one.",
});

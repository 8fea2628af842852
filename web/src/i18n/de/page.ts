import type { t } from "../en/page";
import type { Translation } from "../texts";

export const page: Translation<typeof t> = {
  signedOutElsewhere: "Die Abmeldung erfolgte in einem anderen Tab.",
  signedOutByServer: "Der Server hat die Sitzung beendet.",
  passwordChanged: "Das Passwort wurde geändert. Melden Sie sich mit dem neuen an.",
};

import type { t } from "../en/page";
import type { Translation } from "../texts";

export const page: Translation<typeof t> = {
  signedOutElsewhere: "Ha cerrado la sesión en otra pestaña.",
  signedOutByServer: "El servidor ha cerrado su sesión.",
  passwordChanged: "Su contraseña ha cambiado. Inicie sesión con la nueva.",
};

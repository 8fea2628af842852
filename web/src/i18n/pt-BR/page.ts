import type { t } from "../en/page";
import type { Translation } from "../texts";

export const page: Translation<typeof t> = {
  signedOutElsewhere: "Você saiu em outra aba.",
  signedOutByServer: "O servidor encerrou sua sessão.",
  passwordChanged: "Sua senha foi alterada. Entre com a nova.",
};

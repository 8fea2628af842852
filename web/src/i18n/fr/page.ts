import type { t } from "../en/page";
import type { Translation } from "../texts";

export const page: Translation<typeof t> = {
  signedOutElsewhere: "Vous vous êtes déconnecté dans un autre onglet.",
  signedOutByServer: "Le serveur vous a déconnecté.",
  passwordChanged: "Votre mot de passe a été changé. Connectez-vous avec le nouveau.",
};

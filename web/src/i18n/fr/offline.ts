import type { t } from "../en/offline";
import type { Translation } from "../texts";

export const offline: Translation<typeof t> = {
  offline: "Vous êtes hors ligne.",
  kept: "Voici les derniers messages conservés dans ce navigateur, en date du {time}. Ce que vous écrivez sera envoyé dès qu’il y aura une connexion.",
};

import type { t } from "../en/push";
import type { Translation } from "../texts";

export const push: Translation<typeof t> = {
  notify: "M’avertir sur cet appareil",
  on: "Activé",
  off: "Désactivé",
  unsure: "Inconnu",
  denied: "Votre navigateur n’autorise pas ce site à vous envoyer des notifications. Autorisez-les dans les réglages du site, puis réessayez.",
  notAsked: "Ce navigateur est prêt à recevoir des notifications, mais le serveur n’a pas pu confirmer qu’il les envoie.",
  notRenewed: "Le serveur avertit cet appareil, mais n’a pas pu noter qu’il est toujours utilisé.",
  notTaken: "Le serveur n’avertit pas cet appareil : il n’a pas pu être enregistré.",
  unreachable: "Votre navigateur n’a pas pu joindre son service de notifications. Réessayez plus tard.",
  noServer: "Le serveur est injoignable. Réessayez plus tard.",
  failed: "Cela n’a pas fonctionné. Réessayez.",
  missed: "Quelque chose vous a échappé",
  look: "Ouvrez la messagerie pour le voir.",
  wrote: "vous a écrit.",
  mentioned: "vous a mentionné.",
  added: "{name} vous a ajouté à ce salon.",
};

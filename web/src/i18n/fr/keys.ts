import type { t } from "../en/keys";
import type { Translation } from "../texts";

export const keys: Translation<typeof t> = {
  previousRoom: "Salon précédent de la liste",
  nextRoom: "Salon suivant de la liste",
  send: "Envoyer le message",
  newLine: "Nouvelle ligne",
  editLast: "Modifier votre dernier message, tant que le champ est vide",
  cancel: "Fermer, ou annuler une modification",
  showThis: "Afficher cette liste",
  helpKey: "La touche ? affiche cette liste",
  helpKeyHint: "Désactivez-la si la liste s’ouvre sans que vous le vouliez. Le menu de votre nom l’affiche aussi.",
  ctrl: "Ctrl",
  command: "Commande",
  alt: "Alt",
  shift: "Maj",
  enter: "Entrée",
  escape: "Échap",
  up: "Flèche haut",
  down: "Flèche bas",
};

import type { t } from "../en/ui";
import type { Translation } from "../texts";

export const ui: Translation<typeof t> = {
  online: "En ligne",
  idle: "Absent",
  dnd: "Ne pas déranger",
  invisible: "Invisible",
  offline: "Hors ligne",
  lastSeen: "Vu pour la dernière fois : {ago}",
  lastSeenOn: "Vu pour la dernière fois le {date}",
  ok: "OK",
  tryAgain: "Réessayer",
  react: "Réagir",
  close: "Fermer",
  cancel: "Annuler",
  save: "Enregistrer",
  loading: "Chargement",
  closeList: "Fermer la liste",
  rooms: "Salons",
  copied: "Copié",
  copiedSentence: "Copié.",
  noCopying: "Le navigateur n’autorise pas la copie ici.",
  noCopyingSelect: "Le navigateur n’autorise pas la copie ici : sélectionnez le texte.",
  you: "Vous",
  more: "Plus",
};

import type { t } from "../en/unsent";
import type { Translation } from "../texts";

export const unsent: Translation<typeof t> = {
  title: "Messages non envoyés",
  unreadableRoom: "Un salon que vous ne pouvez plus lire",
  copyText: "Copier le texte",
  goToRoom: "Aller au salon",
  discard: "Abandonner",
  count: "{count, plural, one {# message non envoyé} many {# de messages non envoyés} other {# messages non envoyés}}",
  withFiles: "{count, plural, one {Avec # fichier} many {Avec # de fichiers} other {Avec # fichiers}}",
};

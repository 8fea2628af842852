import type { t } from "../en/composer";
import type { Translation } from "../texts";

export const composer: Translation<typeof t> = {
  send: "Envoyer",
  slowMode: "Mode lent : vous pourrez écrire à nouveau dans {time}",
  tooMany: "Trop de messages à la fois : ce qui attend part tout seul. Vous pourrez écrire à nouveau dans {time}",
  seconds: "{seconds, number} s",
  minutes: "{minutes, number} min {seconds, number} s",
  notifyTitle: "Notifier tout le monde ?",
  notifyText: "« @room » notifie tout le monde dans {room}.",
  sendToAll: "Envoyer à tous",
  goBack: "Retour",
  editMessage: "Modifier le message",
  saving: "Enregistrement du message…",
  editing: "Modification d’un message",
  showEdited: "Afficher",
  newText: "Nouveau texte du message",
  notSaved: "Non enregistré. {error}",
  people: "Personnes à mentionner",
  emoji: "Émojis",
  everybody: "Tout le monde dans ce salon",
  left: "{count, plural, one {# caractère restant} many {# de caractères restants} other {# caractères restants}}",
  tooLong: "{count, plural, one {# caractère de trop} many {# de caractères de trop} other {# caractères de trop}}",
};

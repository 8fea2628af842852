import type { t } from "../en/attachments";
import type { Translation } from "../texts";

export const attachments: Translation<typeof t> = {
  toAttach: "Fichiers à joindre",
  attach: "Joindre des fichiers",
  list: "Fichiers",
  open: "Ouvrir {name}",
  toBeSent: "Fichiers à envoyer",
  uploading: "Envoi de {name} en cours",
  retry: "Réessayer",
  remove: "Retirer {name}",
  unreadable: "La réponse du serveur est illisible.",
  noRoom: "Vous pouvez ajouter des fichiers lorsqu’un salon est ouvert.",
  notHere: "Impossible d’ajouter des fichiers ici. {why}",
  folder: "Un dossier ne peut pas être ajouté. Ajoutez les fichiers qu’il contient.",
  folders: "Les dossiers ne peuvent pas être ajoutés. Ajoutez les fichiers qu’ils contiennent.",
  notFolders: "Les fichiers ont été ajoutés ; les dossiers ne peuvent pas l’être.",
  added: "{count, plural, one {# fichier a été ajouté à votre prochain message dans {room}.} many {# de fichiers ont été ajoutés à votre prochain message dans {room}.} other {# fichiers ont été ajoutés à votre prochain message dans {room}.}}",
  drop: "Déposez des fichiers pour les ajouter à votre message dans {room}",
  tooMany: "Un message accepte au plus {most, number} fichiers.",
  empty: "« {name} » est vide et n’a pas été ajouté.",
  tooLarge: "« {name} » n’a pas été ajouté : il fait {size}, et un fichier peut faire {most}.",
  files: "{count, plural, one {# fichier} many {# de fichiers} other {# fichiers}}",
  spoken: "{name} : {text}",
  spokenFiles: "{count, plural, one {{name} a envoyé # fichier : {files}} many {{name} a envoyé # de fichiers : {files}} other {{name} a envoyé # fichiers : {files}}}",
  spokenWithFiles: "{count, plural, one {{name} : {text} (avec # fichier : {files})} many {{name} : {text} (avec # de fichiers : {files})} other {{name} : {text} (avec # fichiers : {files})}}",
};

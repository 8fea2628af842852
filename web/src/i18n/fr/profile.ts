import type { t } from "../en/profile";
import type { Translation } from "../texts";

export const profile: Translation<typeof t> = {
  reading: "Lecture de votre profil",
  failed: "Votre profil n’a pas pu être lu",
  noConnection: "Pas de connexion : rien ne peut être modifié pour l’instant.",
  name: "Nom affiché",
  nameHint: "Ce que voient les autres. Laissé vide, c’est de nouveau {name}.",
  nameHintAccount: "Ce que voient les autres. Vous vous connectez toujours en tant que {name} ; laissé vide, c’est de nouveau ce nom.",
  badName: "Ce nom n’est pas possible. Il compte au plus {most, number} caractères, dont au moins un visible, et aucun qui commande le texte ou en change le sens.",
  saved: "Enregistré.",
  status: "Statut",
  statusAbout: "Vaut sur tous vos appareils jusqu’à ce que vous le changiez.",
  onlineText: "Les autres voient si vous êtes là.",
  dndText: "Vos appareils ne reçoivent aucune notification push. Les pages ouvertes vous avertissent toujours.",
  invisibleText: "Les autres vous voient hors ligne. Ce que vous faites dans un salon, ils le voient quand même.",
  password: "Mot de passe",
  passwordAbout: "Un nouveau mot de passe met fin à toutes vos sessions, celle-ci comprise : vous vous reconnectez avec lui. Ce que vous avez écrit où que ce soit sans l’envoyer est perdu.",
  present: "Mot de passe actuel",
  next: "Nouveau mot de passe",
  nextHint: "Au moins {least, number} caractères. Le mieux : quelques mots que vous n’avez utilisés nulle part ailleurs.",
  badPassword: "Un mot de passe compte de {least, number} à {most, number} caractères.",
  wrongPassword: "Ce n’est pas votre mot de passe actuel.",
  show: "Afficher les mots de passe",
  change: "Changer le mot de passe",
};

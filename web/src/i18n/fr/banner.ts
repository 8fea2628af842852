import type { t } from "../en/banner";
import type { Translation } from "../texts";

export const banner: Translation<typeof t> = {
  noConnection: "Pas de connexion.",
  reconnectingIn: "Reconnexion dans {seconds, number} s",
  reconnecting: "Reconnexion…",
  retryNow: "Réessayer maintenant",
  connectedAgain: "Connexion rétablie.",
  endsSoon: "Votre session se termine bientôt.",
  secondsLeft: "Encore {seconds, number} s",
  staySignedIn: "Rester connecté",
  full: "Le stockage de ce navigateur est plein. Ce qui n’est pas encore envoyé sera perdu à la fermeture ou au rechargement de la page.",
  silent: "Le stockage de ce navigateur ne répond pas. Ce qui n’est pas encore envoyé sera perdu à la fermeture ou au rechargement de la page.",
  none: "Ce navigateur ne conserve rien pour cette page. Ce qui n’est pas encore envoyé sera perdu à la fermeture ou au rechargement de la page.",
};

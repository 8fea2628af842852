import type { t } from "../en/chat";
import type { Translation } from "../texts";

export const chat: Translation<typeof t> = {
  removed: "Vous avez été retiré de ce salon.",
  banned: "Vous êtes banni de ce salon.",
  left: "Vous avez quitté ce salon.",
  unreadable: "Vous ne pouvez pas lire ce salon.",
  inRoom: "{room} : {words}",
  wentWrong: "Une erreur s’est produite. Veuillez réessayer.",
  myNotes: "Mes notes",
  listLabel: "Salons et compte",
  skip: "Aller au champ de message",
  welcome: "Bienvenue, {name}",
  firstRoom: "Il n’y a encore aucun salon. Créez le premier avec le signe plus de la liste.",
  chooseRoom: "Choisissez un salon",
  chooseRoomText: "Tout ce qui y est dit est conservé, dans l’ordre. Vous pouvez le lire depuis le début.",
  noSuchRoom: "Ce salon n’existe pas",
  noSuchRoomText: "L’adresse n’en désigne aucun : le nom d’un salon dans une adresse se compose de lettres, de chiffres, de points, de deux-points, de traits d’union et de traits de soulignement.",
};

import type { t } from "../en/push";
import type { Translation } from "../texts";

export const push: Translation<typeof t> = {
  notify: "Auf diesem Gerät benachrichtigen",
  on: "Ein",
  off: "Aus",
  unsure: "Unbekannt",
  denied: "Ihr Browser erlaubt dieser Website keine Benachrichtigungen. Bitte in den Einstellungen der Website erlauben und erneut versuchen.",
  notAsked: "Dieser Browser ist für Benachrichtigungen eingerichtet, aber der Server konnte nicht gefragt werden, ob er sie sendet.",
  notRenewed: "Der Server benachrichtigt dieses Gerät, konnte aber nicht vermerken, dass es noch benutzt wird.",
  notTaken: "Der Server benachrichtigt dieses Gerät nicht: Es konnte nicht angemeldet werden.",
  unreachable: "Ihr Browser konnte seinen Push-Dienst nicht erreichen. Bitte später erneut versuchen.",
  noServer: "Der Server ist nicht erreichbar. Bitte später erneut versuchen.",
  failed: "Das hat nicht funktioniert. Bitte erneut versuchen.",
  missed: "Sie haben etwas verpasst",
  look: "Es steht im Chat.",
  wrote: "hat Ihnen geschrieben.",
  mentioned: "hat Sie erwähnt.",
  added: "{name} hat Sie in diesen Raum aufgenommen.",
};

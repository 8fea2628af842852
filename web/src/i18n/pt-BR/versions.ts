import type { t } from "../en/versions";
import type { Translation } from "../texts";

export const versions: Translation<typeof t> = {
  title: "O que a mensagem dizia",
  present: "Agora",
  noText: "Sem texto",
  more: "Houve versões anteriores, que não são mostradas.",
  failed: "Não foi possível ler as versões: {why}",
};

import type { t } from "../en/unsent";
import type { Translation } from "../texts";

export const unsent: Translation<typeof t> = {
  title: "Mensagens não enviadas",
  unreadableRoom: "Uma sala que você não pode mais ler",
  copyText: "Copiar texto",
  goToRoom: "Ir para a sala",
  discard: "Descartar",
  count: "{count, plural, one {# mensagem não foi enviada} many {# de mensagens não foram enviadas} other {# mensagens não foram enviadas}}",
  withFiles: "{count, plural, one {Com # arquivo} many {Com # de arquivos} other {Com # arquivos}}",
};

import type { t } from "../en/composer";
import type { Translation } from "../texts";

export const composer: Translation<typeof t> = {
  send: "Enviar",
  slowMode: "Modo lento: você poderá escrever novamente em {time}",
  tooMany: "Mensagens demais de uma vez: as que esperam saem sozinhas. Você poderá escrever novamente em {time}",
  seconds: "{seconds, number} s",
  minutes: "{minutes, number} min {seconds, number} s",
  notifyTitle: "Notificar todos?",
  notifyText: "“@room” notifica todos em {room}.",
  sendToAll: "Enviar a todos",
  goBack: "Voltar",
  editMessage: "Editar mensagem",
  saving: "Salvando a mensagem…",
  editing: "Editando uma mensagem",
  showEdited: "Mostrar",
  newText: "Novo texto da mensagem",
  notSaved: "Não salvo. {error}",
  people: "Pessoas para mencionar",
  emoji: "Emojis",
  everybody: "Todos nesta sala",
  left: "{count, plural, one {Resta # caractere} many {Restam # de caracteres} other {Restam # caracteres}}",
  tooLong: "{count, plural, one {# caractere a mais} many {# de caracteres a mais} other {# caracteres a mais}}",
};

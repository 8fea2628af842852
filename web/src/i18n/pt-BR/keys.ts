import type { t } from "../en/keys";
import type { Translation } from "../texts";

export const keys: Translation<typeof t> = {
  previousRoom: "Sala anterior da lista",
  nextRoom: "Próxima sala da lista",
  send: "Enviar a mensagem",
  newLine: "Nova linha",
  editLast: "Editar sua última mensagem, enquanto o campo estiver vazio",
  cancel: "Fechar, ou cancelar uma edição",
  showThis: "Mostrar esta lista",
  helpKey: "A tecla ? mostra esta lista",
  helpKeyHint: "Desative-a se a lista abrir sem querer. O menu do seu nome também a mostra.",
  ctrl: "Ctrl",
  command: "Comando",
  alt: "Alt",
  shift: "Shift",
  enter: "Enter",
  escape: "Esc",
  up: "Seta para cima",
  down: "Seta para baixo",
};

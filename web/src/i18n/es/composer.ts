import type { t } from "../en/composer";
import type { Translation } from "../texts";

export const composer: Translation<typeof t> = {
  send: "Enviar",
  slowMode: "Modo lento: podrá volver a escribir en {time}",
  tooMany: "Demasiados a la vez: lo que espera se envía solo. Podrá volver a escribir en {time}",
  seconds: "{seconds, number} s",
  minutes: "{minutes, number} min {seconds, number} s",
  notifyTitle: "¿Notificar a todos?",
  notifyText: "“@room” notifica a todos en {room}.",
  sendToAll: "Enviar a todos",
  goBack: "Volver",
  editMessage: "Editar mensaje",
  saving: "Guardando el mensaje…",
  editing: "Editando un mensaje",
  showEdited: "Mostrar",
  newText: "Texto nuevo del mensaje",
  notSaved: "No guardado. {error}",
  people: "Personas que mencionar",
  emoji: "Emojis",
  everybody: "Todos en esta sala",
  left: "{count, plural, one {Queda # carácter} many {Quedan # de caracteres} other {Quedan # caracteres}}",
  tooLong: "{count, plural, one {Sobra # carácter} many {Sobran # de caracteres} other {Sobran # caracteres}}",
};

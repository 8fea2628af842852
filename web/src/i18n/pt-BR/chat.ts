import type { t } from "../en/chat";
import type { Translation } from "../texts";

export const chat: Translation<typeof t> = {
  removed: "Você foi removido desta sala.",
  banned: "Você está banido desta sala.",
  left: "Você saiu desta sala.",
  unreadable: "Você não pode ler esta sala.",
  inRoom: "{room}: {words}",
  wentWrong: "Algo deu errado. Tente novamente.",
  myNotes: "Minhas notas",
  listLabel: "Salas e conta",
  skip: "Ir para o campo de mensagem",
  welcome: "Boas-vindas, {name}",
  firstRoom: "Ainda não há nenhuma sala. Crie a primeira com o sinal de mais na lista.",
  chooseRoom: "Escolha uma sala",
  chooseRoomText: "Tudo o que é dito lá é guardado, em ordem. Você pode ler desde o início.",
  noSuchRoom: "Essa sala não existe",
  noSuchRoomText: "O endereço não indica nenhuma: o nome de uma sala em um endereço é formado por letras, dígitos, pontos, dois-pontos, hifens e sublinhados.",
};

import type { t } from "../en/profile";
import type { Translation } from "../texts";

export const profile: Translation<typeof t> = {
  reading: "Lendo seu perfil",
  failed: "Não foi possível ler seu perfil",
  noConnection: "Sem conexão: nada pode ser alterado agora.",
  name: "Nome de exibição",
  nameHint: "O que os outros veem. Se ficar vazio, volta a ser {name}.",
  nameHintAccount: "O que os outros veem. Você continua entrando como {name}; se ficar vazio, volta a ser esse nome.",
  badName: "Este nome não é possível. Ele tem no máximo {most, number} caracteres, pelo menos um deles visível, e nenhum que controle o texto ou mude sua direção.",
  saved: "Salvo.",
  status: "Status",
  statusAbout: "Vale em todos os seus dispositivos até você mudar.",
  onlineText: "Os outros veem se você está aqui.",
  dndText: "Seus dispositivos não recebem notificações push. As páginas abertas continuam avisando.",
  invisibleText: "Os outros veem você offline. O que você faz em uma sala, eles veem mesmo assim.",
  password: "Senha",
  passwordAbout: "Uma senha nova encerra todas as suas sessões, inclusive esta: depois você entra com ela. O que você digitou em qualquer lugar e não enviou se perde.",
  present: "Senha atual",
  next: "Nova senha",
  nextHint: "Pelo menos {least, number} caracteres. O ideal são algumas palavras que você não usou em nenhum outro lugar.",
  badPassword: "Uma senha tem de {least, number} a {most, number} caracteres.",
  wrongPassword: "Esta não é sua senha atual.",
  show: "Mostrar as senhas",
  change: "Alterar a senha",
};

import type { t } from "../en/readers";
import type { Translation } from "../texts";

export const readers: Translation<typeof t> = {
  title: "Quem leu",
  nobody: "Ninguém leu ainda.",
  count: "{count, plural, one {# pessoa leu.} many {# de pessoas leram.} other {# pessoas leram.}}",
  deliveredTo: "Entregue a",
  moreHaveIt: "{count, plural, one {Mais # pessoa a recebeu.} many {Mais # de pessoas a receberam.} other {Mais # pessoas a receberam.}}",
};

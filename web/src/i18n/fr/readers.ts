import type { t } from "../en/readers";
import type { Translation } from "../texts";

export const readers: Translation<typeof t> = {
  title: "Qui l’a lu",
  nobody: "Personne ne l’a encore lu.",
  count: "{count, plural, one {# personne l’a lu.} many {# de personnes l’ont lu.} other {# personnes l’ont lu.}}",
  deliveredTo: "Reçu par",
  moreHaveIt: "{count, plural, one {# autre personne l’a reçu.} many {# d’autres personnes l’ont reçu.} other {# autres personnes l’ont reçu.}}",
};

import type { t } from "../en/readers";
import type { Translation } from "../texts";

export const readers: Translation<typeof t> = {
  title: "Quién lo ha leído",
  nobody: "Nadie lo ha leído todavía.",
  count: "{count, plural, one {# persona lo ha leído.} many {# de personas lo han leído.} other {# personas lo han leído.}}",
  deliveredTo: "Entregado a",
  moreHaveIt: "{count, plural, one {# persona más lo ha recibido.} many {# de personas más lo han recibido.} other {# personas más lo han recibido.}}",
};

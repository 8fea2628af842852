import type { t } from "../en/markdown";
import type { Translation } from "../texts";

export const markdown: Translation<typeof t> = {
  code: "Código",
  copyCode: "Copiar código",
  copy: "Copiar",
};

import type { t } from "../en/markdown";
import type { Translation } from "../texts";

export const markdown: Translation<typeof t> = {
  code: "Code",
  copyCode: "Copier le code",
  copy: "Copier",
};

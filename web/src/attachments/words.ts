// What is said of a message's files where they are not seen.

import { t } from "../i18n/en/attachments";
import { commaText } from "../i18n/number";
import type { Attachment } from "./attachment";

/** In a list: "1 file". */
export function filesText(count: number): string {
  return t("files", { count });
}

/** A message as it is read aloud. */
export function spokenText(name: string, text: string, attachments: readonly Attachment[]): string {
  const count = attachments.length;
  if (count === 0) return t("spoken", { name, text });
  const files = commaText(attachments.map((file) => file.name));
  return text === "" ? t("spokenFiles", { count, name, files }) : t("spokenWithFiles", { count, name, text, files });
}

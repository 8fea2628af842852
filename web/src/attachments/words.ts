// What is said of a message's files where they are not seen.

import type { Attachment } from "./attachment";

/** In a list: "1 file". */
export function filesText(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

/** A message as it is read aloud. */
export function spokenText(name: string, text: string, files: readonly Attachment[]): string {
  if (files.length === 0) return `${name}: ${text}`;
  const names = files.map((file) => file.name).join(", ");
  if (text === "") return files.length === 1 ? `${name} sent 1 file: ${names}` : `${name} sent ${files.length} files: ${names}`;
  return files.length === 1 ? `${name}: ${text} (with 1 file: ${names})` : `${name}: ${text} (with ${files.length} files: ${names})`;
}

// Files that are dropped or pasted anywhere on the page: they go to the open room, or are refused so that one sees it.
// A browser that is left alone leaves the page for a dropped file, and with it what was typed.

import { signal } from "@preact/signals";
import { t } from "../i18n/en/attachments";
import { type Words, words } from "../i18n/words";

/** Where they go at the moment. */
export interface FileTarget {
  /** The room's name. */
  readonly name: string;
  /** Why it takes none; undefined: it does. */
  readonly refusal: string | undefined;
  /** What is added is seen where it is added: not while a message is edited. */
  readonly isInSight: boolean;
  add(files: readonly File[]): void;
}

/** Set by the open room; undefined: none is. */
export const fileTarget = signal<FileTarget | undefined>(undefined);

export interface Carried {
  readonly files: readonly File[];
  /** Folders, which cannot be sent. */
  readonly folders: number;
}

export const carriesFiles = (data: DataTransfer | null): data is DataTransfer => data?.types.includes("Files") === true;

/** What is carried. To be called while the event is dealt with: afterwards the browser tells nothing any more. */
export function carried(data: DataTransfer): Carried {
  const items = [...data.items].filter(({ kind }) => kind === "file");
  if (items.length === 0) return { files: [...data.files], folders: 0 };
  const isFolder = (item: DataTransferItem) => item.webkitGetAsEntry()?.isDirectory === true;
  return { files: items.filter((item) => !isFolder(item)).flatMap((item) => item.getAsFile() ?? []), folders: items.filter(isFolder).length };
}

/** Where a text may be dropped; anywhere else the browser would go to what it takes for an address. */
export function takesText(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
}

/** Whether what is pasted is meant as text: programs for tables and texts add a picture of it. */
export function isText(data: DataTransfer): boolean {
  return data.types.includes("text/plain") && data.types.includes("text/html");
}

/** What came of it, where it is not seen otherwise. */
export function outcome({ files, folders }: Carried, target: FileTarget | undefined): Words | undefined {
  if (!target) return words(() => t("noRoom"));
  const { refusal, name } = target;
  if (refusal !== undefined) return words(() => t("notHere", { why: refusal }));
  if (files.length === 0) return words(() => t(folders === 1 ? "folder" : "folders"));
  if (folders > 0) return words(() => t("notFolders"));
  if (target.isInSight && !document.querySelector("dialog[open], main[inert]")) return undefined;
  return words(() => t("added", { count: files.length, room: name }));
}

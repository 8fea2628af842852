// The list of a room's files, of which pages are read at both ends while it is looked at.

import type { SharedFile } from "../attachments/attachment";

export interface FilePage {
  /** Newest first. */
  readonly items: readonly SharedFile[];
  /** The files behind these stand in messages below this seq; undefined: there are none. */
  readonly next: number | undefined;
}

/** What is listed once the first page was read anew: the older files stay, as far as their messages are not among the deleted ones. */
export function withPage(list: FilePage | undefined, first: FilePage, deleted: readonly number[]): FilePage {
  const { next } = first;
  if (next === undefined || list === undefined) return first;
  // So much is new that the two do not meet, or all that was listed is in the new page.
  if ((list.items[0]?.seq ?? 0) < next || (list.next ?? 0) >= next) return first;
  const older = list.items.filter(({ seq }) => seq < next && !deleted.includes(seq));
  return { items: [...first.items, ...older], next: list.next };
}

/** What is listed with the page that was read behind it; before: where that began. Where the list goes on from another place by now it says nothing. */
export function withOlder(list: FilePage, page: FilePage, before: number | undefined): FilePage {
  return list.next === before ? { items: [...list.items, ...page.items], next: page.next } : list;
}

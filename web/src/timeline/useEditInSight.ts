import type { ComponentChild, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** A message that is given another text where it stands. */
export interface EditedRow {
  readonly seq: number;
  /** Stands in the place of its text. */
  readonly form: ComponentChild;
  /** As useEditing counts it. */
  readonly asked: number;
}

/** Gives the focus to the field of what is edited each time that is asked for; where it is not on the page, find brings it there. */
export function useEditInSight(edited: EditedRow | undefined, timeline: RefObject<HTMLElement | null>, find: (seq: number) => void): void {
  const asked = edited?.asked ?? 0;
  const before = useRef(asked);
  useLayoutEffect(() => {
    const isNew = asked > 0 && asked !== before.current;
    before.current = asked;
    if (!isNew || !edited) return;
    const field = timeline.current && editFieldIn(timeline.current);
    if (field) field.focus();
    else find(edited.seq);
  }, [asked]);
}

/**
 * Gives the focus on from the field of an edit that ends: to where one writes; on a touch screen, where the keyboard would cover
 * what one reads, to the message's button. Who is elsewhere by then stays there.
 */
export function leaveEditField(composerId: string): void {
  const form = document.activeElement?.closest(".edit-form");
  if (!form) return;
  const next = matchMedia("(hover: hover)").matches ? document.getElementById(composerId) : form.closest(".message")?.querySelector<HTMLElement>("[data-more]");
  next?.focus({ preventScroll: true });
}

/** Where a message of these is given another text. */
export function editFieldIn(rows: Element): HTMLElement | null {
  return rows.querySelector<HTMLElement>(".edit-form textarea");
}

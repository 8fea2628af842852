import { isRightToLeft } from "../i18n/language";

/** Between the menu and the window's edge, and what it belongs to, in CSS pixels. */
const GAP_PX = 8;

/** Below the anchor, above it where there is no place, inside the window and no further aside than its parent. alignEnd: where lines end, not begin, is in one line with the anchor. A sheet ignores it. */
export function place(menu: HTMLElement, anchor: DOMRect, alignEnd: boolean): void {
  const { width, height } = menu.getBoundingClientRect();
  const sides = (menu.parentElement ?? document.body).getBoundingClientRect();
  const below = anchor.bottom + GAP_PX;
  const top = below + height <= window.innerHeight - GAP_PX ? below : anchor.top - GAP_PX - height;
  const left = alignEnd !== isRightToLeft.peek() ? anchor.right - width : anchor.left;
  menu.style.setProperty("--menu-top", `${within(top, 0, window.innerHeight - height)}px`);
  menu.style.setProperty("--menu-left", `${within(left, sides.left, sides.right - width)}px`);
}

function within(value: number, least: number, most: number): number {
  return Math.max(least + GAP_PX, Math.min(value, most - GAP_PX));
}

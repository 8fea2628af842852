/** A plain press of a link, which this page follows itself: others open tabs and windows. */
export function isOwnClick(event: MouseEvent): boolean {
  return !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0;
}

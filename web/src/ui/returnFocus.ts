/**
 * Gives the focus to what had it before a drawer or a pane, in the next frame: what is behind takes it only once it is no
 * longer inert. Who has gone on by keys until then stays where he is.
 */
export function returnFocus(to: () => HTMLElement | null): void {
  const held = document.activeElement;
  requestAnimationFrame(() => {
    const now = document.activeElement;
    if (now === held || now === document.body) to()?.focus({ preventScroll: true });
  });
}

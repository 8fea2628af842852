/** Has this page go where a link leads when it is plainly pressed: other presses open tabs and windows. */
export function followHere(go: () => void): (event: MouseEvent) => void {
  return (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go();
  };
}

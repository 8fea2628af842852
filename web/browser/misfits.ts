// Whether a dialog holds what is in it, in whatever language.

import type { Page } from "playwright-core";

/** What stands beyond the edge of its dialog, and buttons whose words take more than one line. */
export function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("dialog")].flatMap((dialog) => {
      const edge = dialog.getBoundingClientRect();
      const beyond = [...dialog.querySelectorAll(":scope > .dialog-body *")].filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return element.closest("dialog") === dialog && width > 0 && (left < edge.left - 1 || right > edge.right + 1);
      });
      const broken = [...dialog.querySelectorAll("button")].filter((button) => {
        const words = document.createRange();
        words.selectNodeContents(button);
        return new Set([...words.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top))).size > 1;
      });
      return [...beyond.map((element) => `beyond: ${element.outerHTML}`), ...broken.map((button) => `broken: ${button.textContent}`)];
    }),
  );
}

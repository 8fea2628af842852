// What is held of every screen: axe-core finds no fault with it, and nothing of it sticks out of the window.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import type { Theme } from "./browser";

/** Brings axe to a page. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const THEMES: readonly Theme[] = ["light", "dark"];

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds fault with, once nothing moves any more; empty: nothing. */
export async function faultsOf(page: Page): Promise<string[]> {
  await stillness(page);
  // Only now: brought to a page that loads, it would be read again at each load, and make the page late.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(async (tags) => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    const { violations } = await axe.run({ runOnly: tags });
    return violations.map((fault) => `${fault.impact} ${fault.id}: ${fault.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`).join(" | ")}`);
  }, TAGS);
}

/**
 * What axe finds fault with in both themes, each fault with the theme before it: a page that is there is shown in the other
 * theme, which takes less than to load it anew. It is left in the last. Empty: nothing.
 */
export async function faultsOfThemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await page.waitForFunction((wanted) => matchMedia(`(prefers-color-scheme: ${wanted})`).matches, theme);
    found.push(...(await faultsOf(page)).map((fault) => `${theme}: ${fault}`));
  }
  return found;
}

/** Has everything that moves arrive. It is not waited for: what moves where nobody sees it may never say that it has. */
async function stillness(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime === Infinity) animation.cancel();
      else animation.finish();
    }
  });
}

/** The narrowest and the widest window that the page is made for, in CSS pixels. */
const WIDTHS = [320, 2560] as const;

/** What people read and press. */
const LOOKED_AT = "button, a, input, textarea, select, h1, h2, p, img";
/** Not looked at: code, which scrolls in itself; what screen readers alone meet, or comes into sight with the focus; what a drawer or a dialog has put away. */
const LEFT_OUT = "pre, .hidden, .skip-link, [inert]";
/** How long the page may take to be laid out for another width, in ms: what sticks out then stays so. */
const SETTLED_MS = 5_000;

/**
 * What of the page reaches over the window's left or right edge: as wide as it is, then at other widths, at the last of which the
 * page is left. Empty: nothing. The page itself cannot be scrolled sideways, so nobody would get at it.
 */
export async function sticksOut(page: Page, widths: readonly number[] = WIDTHS): Promise<string[]> {
  const found = await outside(page);
  for (const width of widths) {
    await page.setViewportSize({ width, height: page.viewportSize()?.height ?? 760 });
    await page.waitForFunction((wanted) => innerWidth === wanted, width);
    // What is laid out by a script, as the grid of the emoji is, follows a little later.
    let out = await outside(page);
    for (const since = Date.now(); out.length > 0 && Date.now() - since < SETTLED_MS; ) out = await outside(page);
    found.push(...out);
  }
  return found;
}

async function outside(page: Page): Promise<string[]> {
  // What another width asks for is drawn in the next frame, and then a drawer may move.
  await page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
  await stillness(page);
  return page.evaluate(
    ([lookedAt, leftOut]) => {
      const roundedPx = 0.5;
      const shown = [...document.querySelectorAll(lookedAt)].filter((element) => !element.closest(leftOut) && element.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
      return shown.flatMap((element) => {
        const { left, right, width, height } = element.getBoundingClientRect();
        if (width === 0 || height === 0 || (left >= -roundedPx && right <= innerWidth + roundedPx)) return [];
        const name = `${element.localName}${[...element.classList].map((one) => `.${one}`).join("")}`;
        return [`${innerWidth} px: ${name} from ${Math.round(left)} to ${Math.round(right)}: ${(element.textContent || element.getAttribute("aria-label") || "").trim().slice(0, 60)}`];
      });
    },
    [LOOKED_AT, LEFT_OUT] as const,
  );
}

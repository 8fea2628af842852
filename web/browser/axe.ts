// axe-core, for pages that are looked at by it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** To be run on the page before it is loaded. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds fault with, once nothing moves any more; empty: nothing. */
export function faultsOf(page: Page): Promise<string[]> {
  return page.evaluate(async (tags) => {
    // Settled, not all: an animation whose element goes away meanwhile is over too, though it rejects.
    await Promise.allSettled(document.getAnimations().map((animation) => (animation.effect?.getComputedTiming().iterations === Infinity ? animation.cancel() : animation.finished)));
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    const { violations } = await axe.run({ runOnly: tags });
    return violations.map((fault) => `${fault.impact} ${fault.id}: ${fault.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`).join(" | ")}`);
  }, TAGS);
}

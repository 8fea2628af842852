// A device whose clock is wrong.

import type { Page } from "playwright-core";

/** Has a page's clock be off by so many ms from the next load on: it is ahead where that is more than 0. */
export function setClockOff(page: Page, ms: number): Promise<unknown> {
  return page.addInitScript((off) => {
    const Real = Date;
    const now = () => Real.now() + off;
    // What is asked for without a moment is now.
    window.Date = new Proxy(Real, {
      construct: (_, given, made) => Reflect.construct(Real, given.length > 0 ? given : [now()], made) as Date,
      get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
    });
  }, ms);
}

// The height that is really in sight. Browsers that know interactive-widget=resizes-content
// shrink the page when the keyboard opens; others, Safari on iOS among them, only shrink the
// visual viewport, and the keyboard would cover the composer.

/** A pinch makes the visual viewport small too; above this scale its height says nothing of a keyboard. */
const MAX_SCALE = 1.01;

/** Keeps --viewport-height on the root as high as what is in sight, in px. Returns what ends it. */
export function followViewport(viewport: VisualViewport | null = window.visualViewport): () => void {
  if (!viewport) return () => undefined; // the stylesheet falls back to 100dvh
  const { style } = document.documentElement;
  const measure = () => {
    if (viewport.scale > MAX_SCALE) return;
    style.setProperty("--viewport-height", `${viewport.height}px`);
    // The browser may have scrolled the page to show the field: it is in sight without that.
    if (window.scrollY > 0) window.scrollTo(0, 0);
  };
  measure();
  viewport.addEventListener("resize", measure);
  return () => {
    viewport.removeEventListener("resize", measure);
    style.removeProperty("--viewport-height");
  };
}

// How large an image is shown: as it fits, and so many times that.

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One press on a button or a key. */
export const STEP = 1.25;

/** So many times as it fits, at most. */
const MOST = 8;

/** An image is shown at least so many times its own pixels: of a large one MOST may not be that. */
const MOST_OF_ITS_OWN = 2;

/** A wheel that turns so many pixels makes an image twice as large, and one turn no more than that. */
const WHEEL_PX = 400;
/** Some browsers count lines. */
const LINE_PX = 16;

/** By what an image is made smaller to fit; one that does already stays as it is. */
export function fitOf(image: Size, frame: Size): number {
  return Math.min(1, frame.width / image.width, frame.height / image.height);
}

/** A zoom within its bounds: 1 is how it fits. */
export function bounded(zoom: number, fit: number): number {
  return Math.min(Math.max(zoom, 1), mostZoom(fit));
}

export function mostZoom(fit: number): number {
  return Math.max(MOST, MOST_OF_ITS_OWN / fit);
}

/** By what a turn of the wheel makes an image larger. */
export function wheelFactor({ deltaY, deltaMode }: Pick<WheelEvent, "deltaY" | "deltaMode">): number {
  const turned = deltaMode === 0 ? deltaY : deltaY * LINE_PX;
  return 2 ** (-Math.min(Math.max(turned, -WHEEL_PX), WHEEL_PX) / WHEEL_PX);
}

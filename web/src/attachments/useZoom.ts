import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { bounded, fitOf, mostZoom, type Size } from "./zoom";

/** A place in the window, in CSS pixels. */
interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Zoom {
  /** How large the image is shown; undefined: that is not known yet. */
  readonly size: Size | undefined;
  /** Of its own size, in percent. */
  readonly percent: number;
  readonly isLeast: boolean;
  readonly isMost: boolean;
  /** Makes it so many times as large; what is at the point, or in the middle, stays there. */
  readonly by: (factor: number, at?: Point) => void;
  /** Shows it as it fits. */
  readonly fit: () => void;
}

/** frame: what the image scrolls in; natural: its own size; of: which one it is. Another one begins as it fits. */
export function useZoom(frame: RefObject<HTMLElement | null>, natural: Size | undefined, of: string): Zoom {
  const [box, setBox] = useState<Size>({ width: 0, height: 0 });
  const [chosen, setChosen] = useState({ of, zoom: 1 });
  const held = useRef<Point & { across: number; down: number }>(undefined);

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    // With its scroll bars, or these would make it smaller, and the image with it, and then go.
    const measure = () => setBox((before) => (before.width === element.offsetWidth && before.height === element.offsetHeight ? before : { width: element.offsetWidth, height: element.offsetHeight }));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const zoom = chosen.of === of ? chosen.zoom : 1;
  const fits = natural && box.width > 0 ? fitOf(natural, box) : 1;
  useLayoutEffect(() => {
    const element = frame.current;
    const image = element?.querySelector("img")?.getBoundingClientRect();
    const point = held.current;
    held.current = undefined;
    if (element && image && point) element.scrollBy(image.left + point.across * image.width - point.x, image.top + point.down * image.height - point.y);
  }, [zoom]);

  const by = (factor: number, at?: Point) => {
    const element = frame.current;
    const image = element?.querySelector("img")?.getBoundingClientRect();
    if (!element || !image) return;
    const around = element.getBoundingClientRect();
    const point = at ?? { x: around.left + around.width / 2, y: around.top + around.height / 2 };
    held.current = { x: point.x, y: point.y, across: share(point.x - image.left, image.width), down: share(point.y - image.top, image.height) };
    setChosen((before) => ({ of, zoom: bounded((before.of === of ? before.zoom : 1) * factor, fits) }));
  };
  const size = natural && box.width > 0 ? { width: Math.floor(natural.width * fits * zoom), height: Math.floor(natural.height * fits * zoom) } : undefined;
  return { size, percent: Math.round(100 * fits * zoom), isLeast: zoom <= 1, isMost: zoom >= mostZoom(fits), by, fit: () => setChosen({ of, zoom: 1 }) };
}

/** Which part of a length is before a place, from 0 to 1. */
function share(before: number, length: number): number {
  return length > 0 ? Math.min(Math.max(before / length, 0), 1) : 0;
}

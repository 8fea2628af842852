import "./lightbox.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import { t } from "../i18n/en/lightbox";
import { t as ui } from "../i18n/en/ui";
import { inReadingOrder } from "../i18n/language";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import type { RoomFiles, Viewed } from "./files";
import { useImage } from "./useImage";
import { useZoom } from "./useZoom";
import { type Size, STEP, wheelFactor } from "./zoom";

/** How far an arrow key moves an image that is larger than the window, in CSS pixels. */
const PAN_PX = 80;

interface LightboxProps {
  files: RoomFiles;
  viewed: Viewed;
  onClose: () => void;
}

/** One image as large as there is room, and larger; from it one goes to the others of its message. */
export function Lightbox({ files, viewed, onClose }: LightboxProps) {
  const { images, at } = viewed;
  const file = images[at];
  const image = useImage(files, file?.id ?? "");
  const [loaded, setLoaded] = useState<Size & { of: string }>();
  const frame = useRef<HTMLDivElement>(null);
  const isLoaded = loaded?.of === image.key;
  const natural = isLoaded ? loaded : file && file.width > 0 ? file : undefined;
  const zoom = useZoom(frame, natural, image.key);
  const move = (step: number) => {
    files.viewed.value = { ...viewed, at: (at + step + images.length) % images.length };
  };

  // Of the whole page: what is pressed where nothing takes the focus has none of the dialog's elements as its target.
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (!act(event.key)) return;
      event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });
  const act = (key: string): boolean => {
    switch (key) {
      case "+":
      case "=": // the same key, on many keyboards
        zoom.by(STEP);
        return true;
      case "-":
        zoom.by(1 / STEP);
        return true;
      case "0":
        zoom.fit();
        return true;
      case "ArrowLeft":
      case "ArrowRight":
        if (pan(key === "ArrowLeft" ? -PAN_PX : PAN_PX, 0)) return true;
        if (images.length > 1) move(inReadingOrder(key) === "ArrowLeft" ? -1 : 1);
        return true;
      case "ArrowUp":
      case "ArrowDown":
        return pan(0, key === "ArrowUp" ? -PAN_PX : PAN_PX);
      default:
        return false;
    }
  };
  /** Moves what is larger than the window; false: it is not, that way. */
  const pan = (x: number, y: number): boolean => {
    const { current } = frame;
    if (!current || (x !== 0 ? current.scrollWidth <= current.clientWidth : current.scrollHeight <= current.clientHeight)) return false;
    current.scrollBy(x, y);
    return true;
  };
  const drag = useDrag((x, y) => frame.current?.scrollBy(-x, -y));

  if (!file) return null;
  return (
    <Dialog title={file.name} whole onClose={onClose}>
      <div class="lightbox-tools">
        {images.length > 1 && (
          <>
            <button type="button" class="button-icon lightbox-previous" aria-label={t("previous")} title={t("previous")} onClick={() => move(-1)}>
              <Icon name="more" />
            </button>
            <p class="lightbox-place" role="status">
              {t("place", { n: at + 1, count: images.length })}
            </p>
            <button type="button" class="button-icon lightbox-next" aria-label={t("next")} title={t("next")} onClick={() => move(1)}>
              <Icon name="more" />
            </button>
          </>
        )}
        <button type="button" class="button-icon" aria-label={t("zoomOut")} title={t("zoomOut")} aria-disabled={zoom.isLeast} onClick={() => zoom.by(1 / STEP)}>
          <Icon name="minus" />
        </button>
        <p class="lightbox-zoom" role="status">
          {t("percent", { percent: zoom.percent })}
        </p>
        <button type="button" class="button-icon" aria-label={t("zoomIn")} title={t("zoomIn")} aria-disabled={zoom.isMost} onClick={() => zoom.by(STEP)}>
          <Icon name="plus" />
        </button>
        <button type="button" class="button-link" onClick={zoom.fit}>
          {t("fit")}
        </button>
        {image.url !== undefined && (
          <span class="lightbox-links">
            <a class="button-icon" href={image.url} target="_blank" rel="noopener" aria-label={t("original")} title={t("original")}>
              <Icon name="link" />
            </a>
            <a class="button-icon" href={image.url} download={file.name} aria-label={t("download")} title={t("download")}>
              <Icon name="down" />
            </a>
          </span>
        )}
      </div>
      <div
        ref={frame}
        class={zoom.isLeast ? "lightbox-frame" : "lightbox-frame lightbox-larger"}
        role="group"
        aria-label={t("frame")}
        dir="ltr"
        tabIndex={0}
        onWheel={(event) => {
          event.preventDefault();
          zoom.by(wheelFactor(event), { x: event.clientX, y: event.clientY });
        }}
      >
        {image.failure !== undefined ? (
          <p class="lightbox-failed" role="alert">
            {image.failure === null ? t("failed") : messageOf(image.failure)}{" "}
            <button type="button" class="button-link" onClick={image.retry}>
              {ui("tryAgain")}
            </button>
          </p>
        ) : (
          <>
            {!isLoaded && <div class="spinner" role="status" aria-label={ui("loading")} />}
            {image.src !== undefined && (
              <img
                key={image.key}
                src={image.src}
                alt={file.name}
                draggable={false}
                style={zoom.size ? { width: `${zoom.size.width}px`, height: `${zoom.size.height}px` } : { visibility: "hidden" }}
                onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setLoaded({ of: image.key, width: naturalWidth, height: naturalHeight })}
                onError={image.fail}
                {...drag}
              />
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

/** Tells how far the mouse drags, in CSS pixels; a finger scrolls by itself. */
function useDrag(by: (x: number, y: number) => void) {
  const last = useRef({ x: 0, y: 0 });
  const take = ({ clientX: x, clientY: y }: PointerEvent) => {
    const before = last.current;
    last.current = { x, y };
    return { x: x - before.x, y: y - before.y };
  };
  return {
    onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      take(event);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
      const { x, y } = take(event);
      by(x, y);
    },
  };
}

import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/attachments";
import { Icon } from "../ui/Icon";
import { useToast } from "../ui/useToast";
import { carried, carriesFiles, fileTarget, isText, outcome, takesText } from "./dropping";

/** A drag is over after this long without a sign of it, in ms: browsers give one each 350 ms, and not all say that it was given up. */
const SIGN_MS = 1_000;

/** The whole page, as far as files are dropped and pasted there. What it says stands above everything, dialogs too. */
export function DropZone() {
  const [over, setOver] = useState(false);
  const { toast, say } = useToast();
  const layer = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const rise = () => {
      layer.current?.hidePopover();
      layer.current?.showPopover(); // above a dialog that came after it
    };
    let giveUp: ReturnType<typeof setTimeout> | undefined;
    const hover = (yes: boolean) => {
      clearTimeout(giveUp);
      if (yes) giveUp = setTimeout(hover, SIGN_MS, false);
      setOver((was) => {
        if (yes && !was) rise();
        return yes;
      });
    };
    const take = (data: DataTransfer) => {
      const all = carried(data);
      const target = fileTarget.peek();
      if (target?.refusal === undefined && all.files.length > 0) target?.add(all.files);
      rise();
      const come = outcome(all, target);
      if (come) say(come);
    };
    const listeners = {
      dragover: (event: DragEvent) => {
        const { dataTransfer } = event;
        if (carriesFiles(dataTransfer)) {
          event.preventDefault(); // else the browser leaves the page for the file
          dataTransfer.dropEffect = "copy";
          hover(true);
        } else if (!takesText(event.target)) event.preventDefault();
      },
      drop: (event: DragEvent) => {
        hover(false);
        if (!takesText(event.target) || carriesFiles(event.dataTransfer)) event.preventDefault();
        if (carriesFiles(event.dataTransfer)) take(event.dataTransfer);
      },
      dragleave: (event: DragEvent) => {
        if (event.relatedTarget === null) hover(false); // out of the window
      },
      paste: (event: ClipboardEvent) => {
        const { clipboardData } = event;
        if (!carriesFiles(clipboardData) || (takesText(event.target) && isText(clipboardData))) return;
        event.preventDefault();
        take(clipboardData);
      },
    } as const;
    const ending = new AbortController();
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener as EventListener, { signal: ending.signal });
    rise();
    return () => {
      clearTimeout(giveUp);
      ending.abort();
    };
  }, []);

  const target = fileTarget.value;
  return (
    <div ref={layer} popover="manual" class="drop-layer">
      {over && (
        <div aria-hidden="true" class={`drop-over${target && target.refusal === undefined ? "" : " refused"}`}>
          <p>
            <Icon name={target && target.refusal === undefined ? "file" : "ban"} size={28} />
            <span>{target && target.refusal === undefined ? t("drop", { room: target.name }) : outcome({ files: [], folders: 0 }, target)?.text}</span>
          </p>
        </div>
      )}
      {toast}
    </div>
  );
}

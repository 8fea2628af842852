import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../ui/Icon";
import type { Uploads } from "./uploads";

/** Chooses files; they may also be dropped anywhere on the page, or pasted. */
export function AttachButton({ uploads }: { uploads: Uploads }) {
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // else the browser leaves the page for the file
      event.dataTransfer.dropEffect = "copy";
    };
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      uploads.add(event.dataTransfer.files);
    };
    const paste = (event: ClipboardEvent) => {
      const files = event.clipboardData?.files;
      if (!files || files.length === 0) return;
      event.preventDefault();
      uploads.add(files);
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  }, [uploads]);
  return (
    <>
      <input
        ref={chooser}
        id="attach"
        class="hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label="Files to attach"
        onChange={(event) => {
          uploads.add(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
        }}
      />
      <button type="button" class="composer-attach" aria-label="Attach files" onClick={() => chooser.current?.click()}>
        <Icon name="plus" />
      </button>
    </>
  );
}

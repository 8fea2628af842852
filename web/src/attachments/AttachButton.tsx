import { useRef } from "preact/hooks";
import { Icon } from "../ui/Icon";
import type { Uploads } from "./uploads";

/** Chooses files; they may also be dropped anywhere on the page, or pasted: see DropZone. */
export function AttachButton({ uploads }: { uploads: Uploads }) {
  const chooser = useRef<HTMLInputElement>(null);
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

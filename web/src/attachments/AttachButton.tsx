import { useRef } from "preact/hooks";
import { t } from "../i18n/en/attachments";
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
        aria-label={t("toAttach")}
        onChange={(event) => {
          uploads.add(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
        }}
      />
      <button type="button" class="composer-attach" aria-label={t("attach")} onClick={() => chooser.current?.click()}>
        <Icon name="plus" />
      </button>
    </>
  );
}

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/en/details";
import { Dialog } from "../ui/Dialog";

type Parts = typeof import("./parts");

/** An await of its own: what is chained to import() itself is not told when its style does not come. */
async function load(): Promise<Parts> {
  return await import("./parts");
}

/** Loads the dialogs of rooms when one is first wanted, so that the chat itself stays light. */
export function WithParts({ onClose, children }: { onClose: () => void; children: (parts: Parts) => ComponentChildren }) {
  const [parts, setParts] = useState<Parts | "failed">();
  useEffect(() => {
    let wanted = true;
    load().then(
      (loaded) => wanted && setParts(loaded),
      () => wanted && setParts("failed"),
    );
    return () => {
      wanted = false;
    };
  }, []);
  if (parts === undefined) return null;
  if (parts !== "failed") return <>{children(parts)}</>;
  return (
    <Dialog title={t("notLoaded")} onClose={onClose}>
      <p class="dialog-text">{t("notLoadedText")}</p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => location.reload()}>
          {t("loadAgain")}
        </button>
      </div>
    </Dialog>
  );
}

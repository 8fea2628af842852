import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { refusalOf } from "../../chat/asking";
import { t } from "../../i18n/en/admin";
import { ConfirmDialog } from "../../ui/ConfirmDialog";

interface RemovableProps {
  id: string;
  name: string;
  /** What ends with it. */
  consequence: string;
  onRemove: () => Promise<void>;
  onRemoved: () => void;
  children: ComponentChildren;
  actions?: ComponentChildren;
}

/** A row of what can be taken back, once that is confirmed. */
export function Removable({ id, name, consequence, onRemove, onRemoved, children, actions }: RemovableProps) {
  const [asking, setAsking] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const screen = useRef<HTMLElement | null | undefined>(undefined);
  // Once it is removed the row goes, and with it the button that the dialog has given the focus back to.
  useEffect(() => () => void requestAnimationFrame(() => document.activeElement === document.body && screen.current?.focus()), []);
  return (
    <li ref={row} class="admin-row" data-row={id}>
      <span class="admin-row-text">{children}</span>
      <span class="admin-row-actions">
        {actions}
        <button type="button" class="button-plain danger" aria-label={t("removeOne", { name })} onClick={() => setAsking(true)}>
          {t("remove")}
        </button>
      </span>
      {asking && (
        <ConfirmDialog
          title={t("removeOneQuestion", { name })}
          text={consequence}
          action={t("remove")}
          keep={t("keep")}
          onConfirm={async () => {
            const refusal = await refusalOf(onRemove());
            if (refusal !== undefined) return refusal;
            setAsking(false);
            screen.current = row.current?.closest<HTMLElement>(".admin-screen");
            onRemoved();
            return undefined;
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}

import { t as ui } from "../i18n/en/ui";

/** Says why the message that the address names is not shown; the room stands behind it. */
export function AskedRefusal({ refusal, onSeen }: { refusal: string; onSeen: () => void }) {
  return (
    <div class="note note-row asked-refusal" role="alert">
      <span>{refusal}</span>
      <button type="button" class="button-link" onClick={onSeen}>
        {ui("ok")}
      </button>
    </div>
  );
}

import { t } from "../i18n/en/timeline";
import { t as ui } from "../i18n/en/ui";

const reasons = {
  another_log: "resetRestored",
  ahead: "resetRestored",
  too_far: "resetTooFar",
  trimmed: "resetTrimmed",
  forbidden: "resetForbidden",
} as const;

/** Says that what stood here was dropped: never silently. */
export function ResetNotice({ reason, onSeen }: { reason: string; onSeen: () => void }) {
  return (
    <div class="note note-row" role="status" data-testid="reset-notice">
      <span>{t((reasons as Readonly<Record<string, (typeof reasons)["ahead" | "too_far" | "trimmed" | "forbidden"]>>)[reason] ?? "resetAnew")}</span>
      <button type="button" class="button-link" onClick={onSeen}>
        {ui("ok")}
      </button>
    </div>
  );
}

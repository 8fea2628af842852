const reasons: Readonly<Record<string, string>> = {
  another_log: "This room was restored from an earlier copy. What you saw before may have changed.",
  ahead: "This room was restored from an earlier copy. What you saw before may have changed.",
  too_far: "You were away for very long. The room was loaded anew; what you missed is above.",
  trimmed: "The oldest messages of this room are no longer kept. The room was loaded anew.",
  forbidden: "You can no longer read this room.",
};

/** Says that what stood here was dropped: never silently. */
export function ResetNotice({ reason, onSeen }: { reason: string; onSeen: () => void }) {
  return (
    <div class="note note-row" role="status" data-testid="reset-notice">
      <span>{reasons[reason] ?? "This room was loaded anew."}</span>
      <button type="button" class="button-link" onClick={onSeen}>
        OK
      </button>
    </div>
  );
}

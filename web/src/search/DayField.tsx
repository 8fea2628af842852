import { useId } from "preact/hooks";

interface DayFieldProps {
  label: string;
  /** As 2026-03-01; empty: none. */
  value: string;
  onInput: (day: string) => void;
}

/** A day of the calendar, which the browser lets one choose in its own way. */
export function DayField({ label, value, onInput }: DayFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {/* Further ahead there is no way to write the day after. */}
      <input id={id} type="date" max="9999-12-30" value={value} onInput={(event) => onInput(event.currentTarget.value)} />
    </div>
  );
}

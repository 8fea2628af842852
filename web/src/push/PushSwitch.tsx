import "./push.css";
import { Icon } from "../ui/Icon";
import type { Push } from "./push";

/** Turns it on and off whether this device is told what its user misses. The browser asks for leave on the click, never before. */
export function PushSwitch({ push }: { push: Push }) {
  const { kind, problem } = push.state.value;
  if (kind === "hidden") return null;
  const on = kind === "on";
  return (
    <div class="push-switch">
      <button
        type="button"
        class="account-action"
        role="switch"
        aria-checked={on}
        aria-busy={kind === "busy"}
        aria-describedby={problem === undefined ? undefined : "push-problem"}
        onClick={() => {
          if (kind !== "busy") void (on ? push.turnOff() : push.turnOn());
        }}
      >
        <Icon name="bell" size={18} />
        <span class="push-label">Notify me on this device</span>
        <span class="push-state">{kind === "busy" ? "…" : on ? "On" : "Off"}</span>
      </button>
      <p id="push-problem" class="push-problem" role="status">
        {problem}
      </p>
    </div>
  );
}

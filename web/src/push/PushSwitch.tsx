import "./push.css";
import { useRef } from "preact/hooks";
import { t } from "../i18n/en/push";
import { t as ui } from "../i18n/en/ui";
import { Icon } from "../ui/Icon";
import type { Push } from "./push";

/** Turns it on and off whether this device is told what its user misses. The browser asks for leave on the click, never before. */
export function PushSwitch({ push }: { push: Push }) {
  const { kind, problem, again } = push.state.value;
  const itself = useRef<HTMLButtonElement>(null);
  if (kind === "hidden") return null;
  const on = kind === "on" || kind === "unsure";
  return (
    <div class="push-switch">
      <button
        ref={itself}
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
        <span class="push-label">{t("notify")}</span>
        <span class="push-state">{kind === "busy" ? "…" : t(kind)}</span>
      </button>
      <p id="push-problem" class="push-problem" role="status">
        {problem !== undefined && `${problem.text} `}
        {problem !== undefined && again && (
          <button
            type="button"
            class="button-link"
            onClick={() => {
              itself.current?.focus(); // this one goes
              void push.resume();
            }}
          >
            {ui("tryAgain")}
          </button>
        )}
      </p>
    </div>
  );
}

import { useComputed } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/feeds";
import { t as ui } from "../i18n/en/ui";
import type { StreamVar } from "../protocol";
import { Icon } from "../ui/Icon";
import { isLive } from "./feed";
import type { Feeds, FeedState } from "./feeds";
import { type Bound, claimText } from "./variables";
import { VariableField } from "./VariableField";
import { messageText, stateWords } from "./words";

interface VariablesFormProps {
  feeds: Feeds;
  state: FeedState;
  variables: Readonly<Record<string, StreamVar>>;
  bound: Bound;
}

/** The variables of a stream, what opens and stops it, and where it stands. */
export function VariablesForm({ feeds, state, variables, bound }: VariablesFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [tried, setTried] = useState(false);
  const { status, asked } = state.feed.value;
  const live = useComputed(() => isLive(state.feed.value)).value;
  const words = stateWords(status, feeds.status.value.kind === "online");
  const refusal = status.kind === "refused" ? status.error : undefined;
  const faults: Record<string, string> = { ...(tried ? bound.faults : {}) };
  const refused = refusal?.field?.startsWith("vars.") ? refusal.field.slice("vars.".length) : undefined;
  // Said of what was sent; something else may stand there by now.
  if (refusal && refused !== undefined && asked?.vars[refused] === bound.vars[refused]) faults[refused] ??= messageText(refusal);
  const names = Object.keys(variables);

  const toFault = () => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  // What the server refuses is found where it stands.
  useEffect(() => {
    if (refusal?.field) toFault();
  }, [refusal]);

  const open = () => {
    setTried(true);
    if (Object.keys(bound.faults).length > 0) return void requestAnimationFrame(toFault);
    feeds.open(state, { vars: bound.vars, initial: state.initial.value });
  };
  const stop = (event: Event) => {
    // By the time the browser acts on the press this is the button that opens.
    event.preventDefault();
    feeds.stop(state);
  };
  const again = status.kind === "closed" || (status.kind === "refused" && status.error.retryable);
  return (
    <form
      ref={form}
      class="form feed-form"
      noValidate
      aria-label={t("openStream")}
      onSubmit={(event) => {
        event.preventDefault();
        if (!live) open();
      }}
    >
      {names.map((name) => {
        const variable = variables[name];
        return variable ? (
          <VariableField
            key={name}
            name={name}
            variable={variable}
            typed={state.typed.value[name]}
            claim={claimText(name, feeds.user)}
            fault={faults[name]}
            readOnly={live}
            onInput={(text) => (state.typed.value = { ...state.typed.peek(), [name]: text })}
          />
        ) : null;
      })}
      {names.length === 0 && <p class="hint">{t("noVariables")}</p>}
      <label class="checkbox">
        <input type="checkbox" checked={state.initial.value} disabled={live} onChange={(event) => (state.initial.value = event.currentTarget.checked)} />
        {t("beginWithAll")}
      </label>
      <div class="feed-actions">
        <p class="feed-state" role="status" data-tone={words.tone}>
          <span class="feed-dot" aria-hidden="true" />
          <span>{words.text}</span>
        </p>
        {/* One button for both, so that the focus stays where it is. */}
        <button type={live ? "button" : "submit"} class={live ? "button-plain" : "button"} onClick={live ? stop : undefined}>
          <Icon name={live ? "stop" : again ? "retry" : "play"} size={18} />
          {live ? t("stop") : !again ? t("open") : status.kind === "closed" ? t("reopen") : ui("tryAgain")}
        </button>
      </div>
    </form>
  );
}

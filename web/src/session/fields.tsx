// What the sign-in forms are made of.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n/en/session";

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "password" | "number";
  hint?: string;
  autocomplete?: string;
  maxLength?: number;
  min?: number;
  max?: number;
  required?: boolean;
  readOnly?: boolean;
  autoFocus?: boolean;
}

export function Field({ label, value, onInput, type = "text", hint, ...rest }: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // A dialog that opens looks for it by itself; one that is open already does not.
    if (rest.autoFocus && input.current?.closest("dialog[open]")) input.current.focus();
  }, []);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        ref={input}
        // Preact's types want one literal here; both kinds take the same attributes.
        type={type as "text"}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        autocapitalize="none"
        spellcheck={false}
        {...(hint ? { "aria-describedby": `${id}-hint` } : {})}
        {...rest}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface FormProps {
  action: string;
  /** It takes something away. */
  danger?: boolean;
  busy: boolean;
  error: string | undefined;
  onSubmit: () => void;
  children: ComponentChildren;
}

/** A form with one button; its error is said aloud. */
export function Form({ action, danger, busy, error, onSubmit, children }: FormProps) {
  return (
    <form
      class="form"
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onSubmit();
      }}
    >
      {children}
      <p class="form-error" role="alert">
        {error}
      </p>
      <button type="submit" class={`button${danger ? " button-danger" : ""}`} disabled={busy}>
        {busy ? t("oneMoment") : action}
      </button>
    </form>
  );
}

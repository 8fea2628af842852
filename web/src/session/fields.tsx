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
  /** Why what stands in it was refused; it is said aloud, and the field gets the focus. */
  error?: string | undefined;
  autocomplete?: string;
  maxLength?: number;
  min?: number;
  max?: number;
  required?: boolean;
  readOnly?: boolean;
  autoFocus?: boolean;
}

export function Field({ label, value, onInput, type = "text", hint, error, ...rest }: FieldProps) {
  const id = useId();
  const more = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // A dialog that opens looks for it by itself; one that is open already does not.
    if (rest.autoFocus && input.current?.closest("dialog[open]")) input.current.focus();
  }, []);
  useLayoutEffect(() => {
    if (error) input.current?.focus();
  }, [error]);
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
        {...(more ? { "aria-describedby": more } : {})}
        {...(error ? { "aria-invalid": true } : {})}
        {...rest}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="form-error" id={`${id}-error`} role="alert">
          {error}
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

import { useId } from "preact/hooks";
import { t } from "../i18n/en/feeds";
import type { StreamVar, VarType } from "../protocol";
import { defaultText, isBox, untouched } from "./variables";

const types = {
  string: "typeString",
  int: "typeInt",
  long: "typeLong",
  double: "typeDouble",
  bool: "typeBool",
  date: "typeDate",
  objectId: "typeObjectId",
} as const satisfies Record<VarType, string>;

interface VariableFieldProps {
  name: string;
  variable: StreamVar;
  typed: string | undefined;
  /** What the token says, where the value is taken from it. */
  claim: string;
  fault: string | undefined;
  /** It is bound: to change it, stop the stream. */
  readOnly: boolean;
  onInput: (text: string) => void;
}

/** One variable as the field that its type asks for. */
export function VariableField({ name, variable, typed, claim, fault, readOnly, onInput }: VariableFieldProps) {
  const id = useId();
  const text = typed ?? untouched(variable);
  const fallback = defaultText(variable);
  const type = t(types[variable.type]);
  const hint = variable.fromToken ? t("fromSignIn") : fallback === undefined ? type : t("withDefault", { type, value: fallback });
  const described = `${id}-hint${fault ? ` ${id}-fault` : ""}`;
  const wiring = { id, "aria-describedby": described, "aria-invalid": fault ? ("true" as const) : undefined };

  if (isBox(variable) && !variable.fromToken) {
    return (
      <div class="field">
        <label class="checkbox feed-box">
          <input {...wiring} type="checkbox" checked={text === "true"} disabled={readOnly} onChange={(event) => onInput(String(event.currentTarget.checked))} />
          <code>{name}</code>
        </label>
        <Notes id={id} hint={hint} fault={fault} />
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id} class="feed-label">
        <code>{name}</code>{" "}
        {!variable.fromToken && <span class="feed-need">{t(variable.required ? "required" : "optional")}</span>}
      </label>
      {variable.fromToken ? (
        <input {...wiring} type="text" value={claim} readOnly />
      ) : variable.type === "bool" ? (
        <select {...wiring} value={text} disabled={readOnly} onChange={(event) => onInput(event.currentTarget.value)}>
          <option value="">{t("leaveOut")}</option>
          <option value="true">{t("yes")}</option>
          <option value="false">{t("no")}</option>
        </select>
      ) : (
        <input
          {...wiring}
          {...kindOf(variable.type)}
          value={text}
          readOnly={readOnly}
          required={variable.required}
          placeholder={fallback ?? ""}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
      <Notes id={id} hint={hint} fault={fault} />
    </div>
  );
}

function Notes({ id, hint, fault }: { id: string; hint: string; fault: string | undefined }) {
  return (
    <>
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      {fault && (
        <p class="form-error" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </>
  );
}

type Kind = { type: "text"; inputmode?: "numeric" } | { type: "number"; step: string } | { type: "datetime-local"; step: string };

function kindOf(type: VarType): Kind {
  if (type === "int") return { type: "number", step: "1" };
  // A browser's number field rounds what has more than 53 bits.
  if (type === "long") return { type: "text", inputmode: "numeric" };
  if (type === "double") return { type: "number", step: "any" };
  if (type === "date") return { type: "datetime-local", step: "1" };
  return { type: "text" };
}

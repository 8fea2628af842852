import { useState } from "preact/hooks";
import { t } from "../i18n/en/ui";
import { Field } from "../session/fields";
import { Icon } from "./Icon";

/** Something just made that is not shown again: the server keeps only what it can be recognised by. */
export function FreshSecret({ label, copy, value }: { label: string; copy: string; value: string }) {
  const [said, setSaid] = useState("");
  const take = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setSaid(t("copiedSentence"));
    } catch {
      setSaid(t("noCopyingSelect"));
    }
  };
  return (
    <div class="fresh-link">
      <Field label={label} value={value} onInput={() => undefined} readOnly />
      <button type="button" class="button-plain" onClick={() => void take()}>
        <Icon name="copy" size={18} />
        {copy}
      </button>
      <p class="hint" role="status">
        {said}
      </p>
    </div>
  );
}

import { useId, useState } from "preact/hooks";
import { t } from "./en/settings";
import { chooseLanguage, LANGUAGES, type LanguageChoice, languageChoice } from "./language";

/** The languages as one choice, each by its own name: who cannot read the page's finds his own. */
export function LanguagePicker() {
  const id = useId();
  const [failed, setFailed] = useState(false);
  return (
    <div class="language-picker">
      <label for={id}>{t("language")}</label>
      <select
        id={id}
        value={languageChoice.value}
        onChange={({ currentTarget }) => {
          setFailed(false);
          chooseLanguage(currentTarget.value as LanguageChoice).catch(() => setFailed(true));
        }}
      >
        <option value="browser">{t("browserLanguage")}</option>
        {LANGUAGES.map(({ tag, name }) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
      <p role="alert" class="field-error">
        {failed && t("languageFailed")}
      </p>
    </div>
  );
}

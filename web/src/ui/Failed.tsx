import { t } from "../i18n/en/ui";

/** Says why there is nothing to be seen, and offers another try. */
export function Failed({ text, onTryAgain }: { text: string; onTryAgain: () => void }) {
  return (
    <div class="empty empty-small">
      <p role="alert">{text}</p>
      <button type="button" class="button-plain" onClick={onTryAgain}>
        {t("tryAgain")}
      </button>
    </div>
  );
}

import { t } from "../i18n/en/composer";
import { Icon } from "../ui/Icon";

/** Stands above the composer while a message is given another text where it stands, which may be out of sight. */
export function EditBar({ onShow }: { onShow: () => void }) {
  return (
    <div class="edit-bar">
      <Icon name="edit" size={16} />
      <span>{t("editing")}</span>
      <button type="button" class="button-link" onClick={onShow}>
        {t("showEdited")}
      </button>
    </div>
  );
}

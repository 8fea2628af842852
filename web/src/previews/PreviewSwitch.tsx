import { t } from "../i18n/en/previews";
import { Icon } from "../ui/Icon";
import type { LinkPreviews } from "./previews";
import { setPreviews, showsPreviews } from "./setting";

/** Whether previews of links are shown on this device; nothing where the server makes none. */
export function PreviewSwitch({ previews }: { previews: LinkPreviews }) {
  const on = showsPreviews.value;
  if (previews.isOff.value) return null;
  return (
    <button type="button" class="account-action" role="switch" aria-checked={on} onClick={() => setPreviews(!on)}>
      <Icon name="link" size={18} />
      <span class="preview-switch">{t("show")}</span>
      <span class="push-state">{t(on ? "on" : "off")}</span>
    </button>
  );
}

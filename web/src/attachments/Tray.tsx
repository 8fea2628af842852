import { t } from "../i18n/en/attachments";
import { t as ui } from "../i18n/en/ui";
import { Icon } from "../ui/Icon";
import { sizeText } from "./attachment";
import type { Uploads } from "./uploads";

/** The files one is about to send, each with how far it is. */
export function Tray({ uploads }: { uploads: Uploads }) {
  const list = uploads.list.value;
  const refused = uploads.refused.value;
  if (list.length === 0 && refused.length === 0) return null;
  return (
    <div class="tray">
      <ul aria-label={t("toBeSent")}>
        {list.map((upload) => (
          <li key={upload.key} class="tray-file" data-state={upload.error !== undefined ? "failed" : upload.stored ? "stored" : "uploading"}>
            <Icon name="file" size={18} />
            <span class="tray-name" dir="auto">
              {upload.stored?.name ?? upload.file.name}
            </span>
            <span class="tray-size">{sizeText(upload.file.size)}</span>
            {upload.error === undefined && !upload.stored && (
              <progress max={1} value={upload.share} aria-label={t("uploading", { name: upload.file.name })} />
            )}
            {upload.error !== undefined && (
              <span class="tray-error" role="alert">
                {t("notUploaded", { name: upload.file.name, why: upload.error.text })}{" "}
                {upload.isRetryable && (
                  <button type="button" class="button-link" onClick={() => uploads.retry(upload.key)}>
                    {ui("tryAgain")}
                  </button>
                )}
              </span>
            )}
            <button type="button" class="tray-remove" aria-label={t("remove", { name: upload.file.name })} onClick={() => uploads.remove(upload.key)}>
              <Icon name="close" size={16} />
            </button>
          </li>
        ))}
      </ul>
      {refused.length > 0 && (
        <div class="tray-refused" role="alert">
          {refused.map((line, i) => (
            <p key={i}>
              {line.text}
            </p>
          ))}
          <button type="button" class="button-link" onClick={() => (uploads.refused.value = [])}>
            {ui("ok")}
          </button>
        </div>
      )}
    </div>
  );
}

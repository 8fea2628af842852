import { t } from "../../i18n/en/admin";
import type { Profile } from "../../protocol";
import { Avatar } from "../../ui/Avatar";
import type { Deed } from "./deeds";

/** Somebody, and what may be done about him. A program has a key and no sessions: it goes with its bot. */
export function PersonRow({ person, onAsk }: { person: Profile; onAsk: (deed: Deed) => void }) {
  const { id, disabled } = person;
  const name = nameOf(person);
  return (
    <li class="admin-row" data-row={id}>
      <Avatar id={id} name={name} />
      <span class="admin-row-text">
        <bdi class="admin-row-name">{name}</bdi>
        <span class="admin-row-more">
          <bdi>{id}</bdi>
          {kindOf(id)}
        </span>
        {disabled && <span class="admin-bad">{t("disabled")}</span>}
      </span>
      {!id.startsWith("b:") && (
        <span class="admin-row-actions">
          {/* Who is disabled has no sessions. */}
          {!disabled && <DeedButton key="end" deed="endSessions" name={name} onAsk={onAsk} />}
          {/* One and the same, so that it keeps the focus when it turns from one to the other. */}
          <DeedButton key="keep out" deed={disabled ? "enable" : "disable"} name={name} onAsk={onAsk} />
        </span>
      )}
    </li>
  );
}

function DeedButton({ deed, name, onAsk }: { deed: Deed; name: string; onAsk: (deed: Deed) => void }) {
  const action = t(deed);
  return (
    <button type="button" class={`button-plain${deed === "disable" ? " danger" : ""}`} aria-haspopup="dialog" aria-label={t("deedOf", { action, name })} onClick={() => onAsk(deed)}>
      {action}
    </button>
  );
}

export function nameOf({ id, name }: Profile): string {
  return name || id;
}

/** What an id says of somebody: the first letters are the server's own. */
function kindOf(id: string): string {
  if (id.startsWith("a:")) return ` · ${t("account")}`;
  if (id.startsWith("g:")) return ` · ${t("guest")}`;
  return id.startsWith("b:") ? ` · ${t("bot")}` : "";
}

import "./keys.css";
import { useId, useState } from "preact/hooks";
import { t } from "../i18n/en/keys";
import { t as rooms } from "../i18n/en/rooms";
import { t as session } from "../i18n/en/session";
import { Dialog } from "../ui/Dialog";
import { isApple } from "./hotkeys";
import { hasHelpKey, setHelpKey } from "./setting";

/** What stands on a key, and what it is called where that is a sign nobody reads out. */
type Key = string | { sign: string; name: string };

/** The keys of the chat and what they do, and whether ? shows them. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const hintId = useId();
  const [isOn, setIsOn] = useState(hasHelpKey);
  const change = (on: boolean) => {
    setHelpKey(on);
    setIsOn(on);
  };
  const up = { sign: "↑", name: t("up") };
  const down = { sign: "↓", name: t("down") };
  const alt = isApple() ? { sign: "⌥", name: t("alt") } : t("alt");
  const command = isApple() ? { sign: "⌘", name: t("command") } : t("ctrl");
  return (
    <Dialog title={session("shortcuts")} onClose={onClose}>
      <dl class="keys">
        <Row what={rooms("find")} keys={[command, "K"]} />
        <Row what={t("previousRoom")} keys={[alt, up]} />
        <Row what={t("nextRoom")} keys={[alt, down]} />
        <Row what={t("send")} keys={[t("enter")]} />
        <Row what={t("newLine")} keys={[t("shift"), t("enter")]} />
        <Row what={t("editLast")} keys={[up]} />
        <Row what={t("cancel")} keys={[t("escape")]} />
        {isOn && <Row what={t("showThis")} keys={["?"]} />}
      </dl>
      <div class="keys-switch">
        <label class="checkbox">
          <input type="checkbox" role="switch" checked={isOn} aria-describedby={hintId} onChange={(event) => change(event.currentTarget.checked)} />
          {t("helpKey")}
        </label>
        <p id={hintId} class="hint">
          {t("helpKeyHint")}
        </p>
      </div>
    </Dialog>
  );
}

function Row({ what, keys }: { what: string; keys: readonly Key[] }) {
  return (
    <div>
      <dt>{what}</dt>
      <dd dir="ltr">
        {keys.map((key, i) => (
          <kbd key={i}>
            {typeof key === "string" ? (
              key
            ) : (
              <>
                <span aria-hidden="true">{key.sign}</span>
                <span class="hidden">{key.name}</span>
              </>
            )}
          </kbd>
        ))}
      </dd>
    </div>
  );
}

import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/profile";
import { t as ui } from "../i18n/en/ui";
import type { Profile } from "../protocol";
import { Field, Form } from "../session/fields";
import { isAccount } from "../session/token";
import { nameRefusal } from "./refusals";

/** The name that others see. Left empty, it is the token's. */
export function NameForm({ chat, profile }: { chat: Chat; profile: Profile }) {
  const [name, setName] = useState(profile.name);
  const [kept, setKept] = useState(profile.name);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [saved, setSaved] = useState(false);
  const { id, name: ofToken } = chat.user;

  const save = async () => {
    setBusy(true);
    setError(undefined);
    setSaved(false);
    try {
      // What is set by hand stands above the token's from then on: a name that stays as it is is not set.
      if (name.trim() !== kept) {
        const now = await chat.client.updateProfile({ name: name.trim() || null });
        chat.people.learn([now]);
        setKept(now.name);
        setName((typed) => (typed === name ? now.name : typed));
      }
      setSaved(true);
    } catch (failure) {
      setError(nameRefusal(failure));
    }
    setBusy(false);
  };
  return (
    <Form action={ui("save")} busy={busy} error={undefined} onSubmit={() => void save()}>
      <Field
        label={t("name")}
        value={name}
        onInput={(typed) => {
          setSaved(false);
          setError(undefined);
          setName(typed);
        }}
        autocomplete="name"
        hint={t(isAccount(id) ? "nameHintAccount" : "nameHint", { name: ofToken })}
        error={error}
      />
      <p class="hint" role="status">
        {saved && t("saved")}
      </p>
    </Form>
  );
}

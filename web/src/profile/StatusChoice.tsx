import { useId, useRef, useState } from "preact/hooks";
import { refusalOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/profile";
import { t as ui } from "../i18n/en/ui";
import type { Profile } from "../protocol";

type Choice = "online" | "dnd" | "invisible";

const choices = [
  { status: "online", more: "onlineText" },
  { status: "dnd", more: "dndText" },
  { status: "invisible", more: "invisibleText" },
] as const satisfies readonly { status: Choice; more: string }[];

/** What a profile's status comes to: online stands for nothing set by hand. */
export function choiceOf(status: string | undefined): Choice {
  return status === "dnd" || status === "invisible" ? status : "online";
}

/** How present one is to others, by one's own choice. It is set at once. */
export function StatusChoice({ chat, profile }: { chat: Chat; profile: Profile }) {
  const [chosen, setChosen] = useState(choiceOf(profile.status));
  const [problem, setProblem] = useState<string>();
  const kept = useRef(chosen); // what the server has
  const turn = useRef(0); // by keys one passes one choice on the way to another
  const about = useId();

  const choose = async (status: Choice) => {
    const mine = ++turn.current;
    setChosen(status);
    setProblem(undefined);
    const refusal = await refusalOf(chat.client.setPresence(status));
    if (refusal === undefined) {
      kept.current = status;
      chat.people.again([chat.user.id]);
      chat.presences.again();
    }
    if (refusal === undefined || mine !== turn.current) return;
    setChosen(kept.current);
    setProblem(refusal);
  };
  return (
    <div class="profile-status">
      <fieldset class="choices" aria-describedby={about}>
        <legend>{t("status")}</legend>
        {choices.map(({ status, more }) => (
          <label key={status} class="choice">
            <input type="radio" name="profile-status" checked={chosen === status} onChange={() => void choose(status)} />
            <span>
              <b>{ui(status)}</b>
              <span class="hint">{t(more)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p class="hint" id={about}>
        {t("statusAbout")}
      </p>
      <p class="form-error" role="alert">
        {problem}
      </p>
    </div>
  );
}

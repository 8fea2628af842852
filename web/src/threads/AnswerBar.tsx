import type { ApartMessages } from "../chat/apart";
import { t } from "../i18n/en/threads";
import { Icon } from "../ui/Icon";
import { Quoted } from "./Quote";

/** Stands above the composer while what is written there answers a message. */
export function AnswerBar({ apart, seq, me, onClose }: { apart: ApartMessages; seq: number; me: string; onClose: () => void }) {
  const quoted = apart.of(seq).value;
  return (
    <div class="answer-bar">
      <Icon name="reply" size={18} />
      <div class="quote">
        <span class="hidden">{t("inReplyTo")} </span>
        {quoted.kind === "message" && <Quoted message={quoted.message} me={me} />}
      </div>
      <button type="button" class="button-icon" aria-label={t("doNotReply")} onClick={onClose}>
        <Icon name="close" size={18} />
      </button>
    </div>
  );
}

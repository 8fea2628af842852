import type { ApartMessages } from "../chat/apart";
import { Icon } from "../ui/Icon";
import { Quoted } from "./Quote";

/** Stands above the composer while what is written there answers a message. */
export function AnswerBar({ apart, seq, me, onClose }: { apart: ApartMessages; seq: number; me: string; onClose: () => void }) {
  const quoted = apart.of(seq).value;
  return (
    <div class="answer-bar">
      <Icon name="reply" size={18} />
      <div class="quote">
        <span class="hidden">In reply to </span>
        {quoted.kind === "message" && <Quoted message={quoted.message} me={me} />}
      </div>
      <button type="button" class="button-icon" aria-label="Do not reply to this message" onClick={onClose}>
        <Icon name="close" size={18} />
      </button>
    </div>
  );
}

import type { ApartMessages } from "../chat/apart";
import { t } from "../i18n/en/threads";
import { t as timeline } from "../i18n/en/timeline";
import { t as ui } from "../i18n/en/ui";
import { commaText } from "../i18n/number";
import { plainText } from "../markdown/parse";
import type { NewMessage } from "../protocol";
import { goToMessage, messagePath } from "../route";
import { hueOf } from "../ui/identity";
import { followHere } from "../ui/followHere";

interface QuoteProps {
  apart: ApartMessages;
  roomId: string;
  /** Of the message that is quoted. */
  seq: number;
  me: string;
  tabIndex: number;
}

/** What a message answers, which leads there. */
export function Quote({ apart, roomId, seq, me, tabIndex }: QuoteProps) {
  const quoted = apart.of(seq).value;
  if (quoted.kind === "none") return <p class="quote quote-none">{t("quoteGone")}</p>;
  return (
    <a class="quote" href={messagePath(roomId, seq)} tabIndex={tabIndex} onClick={followHere(() => goToMessage(roomId, seq))}>
      <span class="hidden">{t("inReplyTo")} </span>
      {quoted.kind === "message" ? <Quoted message={quoted.message} me={me} /> : <span class="quote-text">…</span>}
    </a>
  );
}

/** Who said what, in a line each. */
export function Quoted({ message, me }: { message: NewMessage; me: string }) {
  const { author, authorName, text, deleted, attachments = [] } = message;
  return (
    <>
      <bdi class={`quote-author hue-${hueOf(author)}`}>{author === me ? ui("you") : authorName || author}</bdi>
      <span class="quote-text" dir="auto">
        {deleted ? timeline("deleted") : plainText(text) || commaText(attachments.map(({ name }) => name))}
      </span>
    </>
  );
}

import { t } from "../i18n/en/feeds";
import { type Words, words } from "../i18n/words";
import type { Declaration, StreamVar } from "../protocol";
import { Icon } from "../ui/Icon";
import { curlLine, websocatLine } from "./terminal";
import type { Bound } from "./variables";

interface CommandsProps {
  declaration: Declaration;
  variables: Readonly<Record<string, StreamVar>>;
  bound: Bound;
  initial: boolean;
  copy: (text: string, done: Words) => void;
}

/** The lines that open the same stream from a terminal. */
export function Commands({ declaration, variables, bound, initial, copy }: CommandsProps) {
  const websocat = websocatLine(location, declaration, bound.spelled, initial);
  const curl = curlLine(location, declaration, bound.spelled, initial);
  const missing = Object.keys(bound.faults).length;
  return (
    <section class="feed-commands" aria-labelledby="feed-commands">
      <h2 id="feed-commands">{t("fromTerminal")}</h2>
      <div class="feed-copies">
        <button type="button" class="button-plain feed-copy" onClick={() => copy(websocat, words(() => t("websocatCopied")))}>
          <Icon name="copy" size={18} />
          {t("copyWebsocat")}
        </button>
        <button type="button" class="button-plain feed-copy" onClick={() => copy(curl, words(() => t("curlCopied")))}>
          <Icon name="copy" size={18} />
          {t("copyCurl")}
        </button>
      </div>
      {/* Folded, so that on a phone the events are not far below. */}
      <details class="feed-lines">
        <summary>{t("showLines")}</summary>
        <Line text={websocat} />
        <Line text={curl} />
      </details>
      {missing > 0 && <p class="hint">{t("fillFirst")}</p>}
      {Object.values(variables).some((variable) => variable.fromToken) && <p class="hint">{t("fromTokenHint")}</p>}
      <p class="hint">{t.rich("tokenHint", { command: <code dir="ltr">read -rs TOKEN</code> })}</p>
    </section>
  );
}

function Line({ text }: { text: string }) {
  return (
    <code class="feed-line" dir="ltr">
      {text}
    </code>
  );
}

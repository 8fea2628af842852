import type { Declaration, StreamVar } from "../protocol";
import { Icon } from "../ui/Icon";
import { curlLine, websocatLine } from "./commands";
import type { Bound } from "./variables";

interface CommandsProps {
  declaration: Declaration;
  variables: Readonly<Record<string, StreamVar>>;
  bound: Bound;
  initial: boolean;
  copy: (text: string, done: string) => void;
}

/** The lines that open the same stream from a terminal. */
export function Commands({ declaration, variables, bound, initial, copy }: CommandsProps) {
  const websocat = websocatLine(location, declaration, bound.spelled, initial);
  const curl = curlLine(location, declaration, bound.spelled, initial);
  const missing = Object.keys(bound.faults).length;
  return (
    <section class="feed-commands" aria-labelledby="feed-commands">
      <h2 id="feed-commands">From a terminal</h2>
      <Line text={websocat} label="Copy websocat line" onCopy={() => copy(websocat, "The websocat line is copied")} />
      <Line text={curl} label="Copy curl line" onCopy={() => copy(curl, "The curl line is copied")} />
      {missing > 0 && <p class="hint">Fill in the variables first: without them the lines are not complete.</p>}
      {Object.values(variables).some((variable) => variable.fromToken) && <p class="hint">What is taken from your sign-in comes with the token.</p>}
      <p class="hint">
        Your token is left out, since whoever has it is you. Put one into the shell before: <code>read -rs TOKEN</code>, then paste it and press Enter.
      </p>
    </section>
  );
}

function Line({ text, label, onCopy }: { text: string; label: string; onCopy: () => void }) {
  return (
    <div class="feed-line">
      <code class="feed-line-text" dir="ltr">
        {text}
      </code>
      <button type="button" class="button-plain feed-copy" onClick={onCopy}>
        <Icon name="copy" size={18} />
        {label}
      </button>
    </div>
  );
}

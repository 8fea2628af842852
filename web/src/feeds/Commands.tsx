import type { Declaration, StreamVar } from "../protocol";
import { Icon } from "../ui/Icon";
import { curlLine, websocatLine } from "./terminal";
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
      <div class="feed-copies">
        <button type="button" class="button-plain feed-copy" onClick={() => copy(websocat, "The websocat line is copied")}>
          <Icon name="copy" size={18} />
          Copy websocat line
        </button>
        <button type="button" class="button-plain feed-copy" onClick={() => copy(curl, "The curl line is copied")}>
          <Icon name="copy" size={18} />
          Copy curl line
        </button>
      </div>
      {/* Folded, so that on a phone the events are not far below. */}
      <details class="feed-lines">
        <summary>Show the lines</summary>
        <Line text={websocat} />
        <Line text={curl} />
      </details>
      {missing > 0 && <p class="hint">Fill in the variables first: without them the lines are not complete.</p>}
      {Object.values(variables).some((variable) => variable.fromToken) && <p class="hint">What is taken from your sign-in comes with the token.</p>}
      <p class="hint">
        Your token is left out, since whoever has it is you. Put one into the shell before: <code>read -rs TOKEN</code>, then paste it and press Enter.
      </p>
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

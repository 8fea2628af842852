import { t } from "../i18n/en/feeds";
import { t as ui } from "../i18n/en/ui";
import { type Words, words } from "../i18n/words";
import type { Declaration } from "../protocol";
import { Icon } from "../ui/Icon";
import { MenuButton } from "../ui/MenuButton";
import { useToast } from "../ui/useToast";
import { Commands } from "./Commands";
import { EventList } from "./EventList";
import { FeedAnnouncer } from "./FeedAnnouncer";
import type { Feeds, FeedState } from "./feeds";
import { bind, variablesOf } from "./variables";
import { VariablesForm } from "./VariablesForm";
import { operationsText, watchText } from "./words";

interface StreamViewProps {
  feeds: Feeds;
  declaration: Declaration;
  state: FeedState;
  onMenu: () => void;
}

/** An open stream: what it is, how it is opened, what came. */
export function StreamView({ feeds, declaration, state, onMenu }: StreamViewProps) {
  const { toast, say } = useToast();
  const variables = variablesOf(declaration, state.missed.value);
  const bound = bind(variables, state.typed.value);
  const copy = (text: string, done: Words) => void copyText(text).then((copied) => say(copied ? done : words(() => ui("noCopying"))));
  return (
    <>
      <header class="room-head">
        <MenuButton label={t("feeds")} controls="feeds" onClick={onMenu} />
        <span class="feed-sign feed-sign-small" aria-hidden="true">
          <Icon name="feed" />
        </span>
        <div class="room-head-text">
          <h1>
            <bdi>{declaration.name}</bdi>
          </h1>
          <p>
            {watchText(declaration)} · {operationsText(declaration)}
          </p>
        </div>
      </header>
      <div class="feed">
        <div class="feed-columns">
          <div class="feed-setup">
            <VariablesForm feeds={feeds} state={state} variables={variables} bound={bound} />
            <Commands declaration={declaration} bound={bound} variables={variables} initial={state.initial.value} copy={copy} />
          </div>
          <EventList state={state} copy={copy} />
        </div>
        {toast}
      </div>
      <FeedAnnouncer state={state} />
    </>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Refused, or not there at all on a plain-HTTP address.
    return false;
  }
}

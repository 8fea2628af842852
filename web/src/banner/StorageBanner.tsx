import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import type { Drafts } from "../composer/drafts";
import { t } from "../i18n/en/banner";
import { t as ui } from "../i18n/en/ui";

type Trouble = "full" | "silent" | "none";

/** Says once that what is not sent yet ends with the page; and where there is such, the browser asks before it goes. */
export function StorageBanner({ chat, drafts }: { chat: Chat; drafts: Drafts }) {
  const [read, setRead] = useState<Trouble>();
  const trouble = troubleOf(chat, drafts);
  useEffect(() => {
    if (trouble === undefined) return undefined;
    const ask = (event: BeforeUnloadEvent) => {
      const waits = chat.storage.peek().kind === "memory" && chat.client.outbox.length > 0;
      if (waits || drafts.atRisk.peek()) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [trouble === undefined, chat, drafts]);
  return (
    <div role="status">
      {trouble !== undefined && trouble !== read && (
        <div class="banner" data-testid="storage-banner">
          <span class="banner-words">{t(trouble)}</span>
          <button
            type="button"
            class="banner-action"
            onClick={() => {
              setRead(trouble);
              document.getElementById("composer")?.focus(); // the button goes
            }}
          >
            {ui("ok")}
          </button>
        </div>
      )}
    </div>
  );
}

function troubleOf(chat: Chat, drafts: Drafts): Trouble | undefined {
  const storage = chat.storage.value;
  if (storage.kind === "memory") return storage.reason === "full" || storage.reason === "silent" ? storage.reason : "none";
  return drafts.atRisk.value;
}

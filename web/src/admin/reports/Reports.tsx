import { useState } from "preact/hooks";
import { type Report, REPORT_STATES, type ReportState } from "../decode";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import type { ScreenProps } from "../screen";
import { useList } from "../useList";
import { groupsOf } from "./groups";
import { ReportCard } from "./ReportCard";

type Shown = ReportState | "all";

const shownNames: Readonly<Record<Shown, string>> = { open: "Open", resolved: "Resolved", dismissed: "Dismissed", all: "All" };

/** What people have reported: each message with what was said around it, and what may be done about it. */
export function Reports({ chat, requests, names, roomId }: ScreenProps) {
  const [shown, setShown] = useState<Shown>("open");
  const online = chat.status.value.kind === "online";
  const list = useList<Report>(`${roomId ?? ""} ${shown}`, online, (last) => requests.reports(roomId, shown === "all" ? undefined : shown, last));
  return (
    <section class="admin-screen" tabIndex={-1} aria-label="Reports" aria-busy={list.busy}>
      <div class="admin-tools">
        <div class="segments" role="group" aria-label="Which reports">
          {([...REPORT_STATES, "all"] as const).map((state) => (
            <button key={state} type="button" aria-pressed={state === shown} onClick={() => setShown(state)}>
              {shownNames[state]}
            </button>
          ))}
        </div>
        <Freshness list={list} what="reports" />
      </div>
      <ul class="reports">
        {groupsOf(list.items).map((group) => (
          <li key={group.key}>
            <ReportCard
              chat={chat}
              requests={requests}
              names={names}
              showsRoom={roomId === undefined}
              group={group}
              onDecided={(report) => list.put(({ id }) => id === report.id, report)}
            />
          </li>
        ))}
      </ul>
      <ListEnd list={list} what="reports" next="Show older" empty={<Nothing shown={shown} />} />
    </section>
  );
}

function Nothing({ shown }: { shown: Shown }) {
  if (shown === "open") {
    return (
      <Empty icon="check" title="Nothing is waiting">
        <p>Whoever reports a message from its menu brings it here.</p>
      </Empty>
    );
  }
  return <Empty icon="flag" title={shown === "all" ? "Nothing was ever reported" : `No report was ${shown}`} />;
}

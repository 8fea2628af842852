import { useState } from "preact/hooks";
import { t } from "../../i18n/en/admin";
import { type Report, REPORT_STATES, type ReportState } from "../decode";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import type { ScreenProps } from "../screen";
import { useList } from "../useList";
import { groupsOf } from "./groups";
import { ReportCard } from "./ReportCard";

type Shown = ReportState | "all";

/** What people have reported: each message with what was said around it, and what may be done about it. */
export function Reports({ chat, requests, names, roomId }: ScreenProps) {
  const [shown, setShown] = useState<Shown>("open");
  const online = chat.status.value.kind === "online";
  const list = useList<Report>(`${roomId ?? ""} ${shown}`, online, (last) => requests.reports(roomId, shown === "all" ? undefined : shown, last));
  return (
    <section class="admin-screen" tabIndex={-1} aria-label={t("partReports")} aria-busy={list.busy}>
      <div class="admin-tools">
        <div class="segments" role="group" aria-label={t("whichReports")}>
          {([...REPORT_STATES, "all"] as const).map((state) => (
            <button key={state} type="button" aria-pressed={state === shown} onClick={() => setShown(state)}>
              {t(state)}
            </button>
          ))}
        </div>
        <Freshness list={list} listed="listReports" />
      </div>
      <ul class="reports" tabIndex={-1}>
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
      <ListEnd list={list} listed="listReports" next={t("showOlder")} empty={<Nothing shown={shown} />} />
    </section>
  );
}

function Nothing({ shown }: { shown: Shown }) {
  if (shown === "open") {
    return (
      <Empty icon="check" title={t("nothingWaits")}>
        <p>{t("howToReport")}</p>
      </Empty>
    );
  }
  return <Empty icon="flag" title={t(shown === "all" ? "neverReported" : shown === "resolved" ? "noneResolved" : "noneDismissed")} />;
}

// Reports of one message stand together: what is done about it is done once.

import type { Report, ReportState } from "../decode";

export interface ReportGroup {
  readonly key: string;
  readonly roomId: string;
  readonly seq: number;
  readonly author: string;
  /** The newest first; at least one. */
  readonly reports: readonly Report[];
  /** Open while one of them is; else what became of the newest. */
  readonly state: ReportState;
}

/** Groups a list by message, in the order of each one's newest report. */
export function groupsOf(reports: readonly Report[]): ReportGroup[] {
  const groups = new Map<string, Report[]>();
  for (const report of reports) {
    const key = `${report.roomId}/${report.seq}`;
    const group = groups.get(key);
    if (group) group.push(report);
    else groups.set(key, [report]);
  }
  return [...groups].map(([key, [first, ...rest]]) => groupOf(key, first as Report, rest));
}

function groupOf(key: string, newest: Report, rest: readonly Report[]): ReportGroup {
  const reports = [newest, ...rest];
  const isOpen = reports.some(({ state }) => state === "open");
  return { key, roomId: newest.roomId, seq: newest.seq, author: newest.author, reports, state: isOpen ? "open" : newest.state };
}

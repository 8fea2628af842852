import { useRef, useState } from "preact/hooks";
import { wordsOf } from "../../chat/asking";
import type { Chat } from "../../chat/chat";
import { ChatError } from "../../../client/src/index";
import { t } from "../../i18n/en/admin";
import { type Words, words } from "../../i18n/words";
import { goToMessage, messagePath } from "../../route";
import { Avatar } from "../../ui/Avatar";
import { followHere } from "../../ui/followHere";
import { Icon } from "../../ui/Icon";
import { dateAndTime, exactTime } from "../../ui/time";
import type { Report, ReportState } from "../decode";
import { Person } from "../Names";
import type { AdminRequests } from "../requests";
import { isDirect, type RoomNames } from "../roomNames";
import { type Act, ActDialog } from "./ActDialog";
import type { ReportGroup } from "./groups";
import { MessageContext } from "./MessageContext";

interface ReportCardProps {
  chat: Chat;
  requests: AdminRequests;
  names: RoomNames;
  showsRoom: boolean;
  group: ReportGroup;
  /** One of the reports was decided, or opened again. */
  onDecided: (report: Report) => void;
}

/** One reported message: who said it and where, who reported it and why, and what may be done. */
export function ReportCard({ chat, requests, names, showsRoom, group, onDecided }: ReportCardProps) {
  const { roomId, seq, author, reports, state } = group;
  const [act, setAct] = useState<Act>();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<Words>();
  const [changed, setChanged] = useState(0);
  const actions = useRef<HTMLDivElement>(null);
  const name = chat.people.name(author);

  // The button that was pressed may have gone: the keyboard stays with the report.
  const keepFocus = () => {
    requestAnimationFrame(() => document.activeElement === document.body && actions.current?.querySelector("button")?.focus());
  };
  const decide = async (to: ReportState) => {
    for (const report of reports.filter((one) => (one.state === "open") === (to !== "open"))) onDecided(await requests.decide(report, to));
  };
  const press = async (to: ReportState) => {
    setBusy(true);
    try {
      await decide(to);
      setSaid(undefined);
    } catch (error) {
      setSaid(wordsOf(error));
    }
    setBusy(false);
    keepFocus();
  };
  const run = async (what: Act, forMs: number) => {
    const until = chat.timeIn(forMs);
    if (what === "delete") await gone(requests.deleteMessage(roomId, seq));
    if (what === "ban") await requests.setMember({ roomId, userId: author, bannedUntil: until });
    if (what === "mute") await requests.setMember({ roomId, userId: author, role: "reader" });
    setSaid(words(() => doneText(what, name, until)));
    if (what === "delete") setChanged(changed + 1);
  };
  const close = () => {
    setAct(undefined);
    keepFocus();
  };
  return (
    <article class="report" data-report={group.key} data-state={state} aria-label={t("messageOf", { name })}>
      <header class="report-head">
        <Avatar id={author} name={name} />
        <div class="report-who">
          <Person chat={chat} id={author} first />
          {showsRoom && (
            <span class="report-where">{t.rich("inRoom", { room: <bdi>{names.name(roomId)}</bdi> })}</span>
          )}
        </div>
        <span class="report-state">{t(state)}</span>
      </header>
      <MessageContext requests={requests} roomId={roomId} seq={seq} changed={changed} now={chat.serverNow()} nameOf={(id) => chat.people.name(id)} />
      <ul class="report-reasons" aria-label={t("partReports")}>
        {reports.map((report) => (
          <Reason key={report.id} chat={chat} report={report} />
        ))}
      </ul>
      <p class="report-said" role="status">
        {said?.text}
      </p>
      <div class="report-actions" ref={actions}>
        {!isDirect(roomId) && state === "open" && (
          <>
            <button type="button" class="button-plain danger" onClick={() => setAct("delete")}>
              <Icon name="trash" size={18} />
              {t("deleteMessage")}
            </button>
            {author !== chat.user.id && (
              <>
                <button type="button" class="button-plain" onClick={() => setAct("mute")}>
                  <Icon name="pause" size={18} />
                  {t("muteMore")}
                </button>
                <button type="button" class="button-plain" onClick={() => setAct("ban")}>
                  <Icon name="ban" size={18} />
                  {t("banMore")}
                </button>
              </>
            )}
          </>
        )}
        {state === "open" ? (
          <>
            <button type="button" class="button-plain" disabled={busy} onClick={() => void press("resolved")}>
              <Icon name="check" size={18} />
              {t("resolve")}
            </button>
            <button type="button" class="button-plain" disabled={busy} onClick={() => void press("dismissed")}>
              <Icon name="close" size={18} />
              {t("dismiss")}
            </button>
          </>
        ) : (
          <button type="button" class="button-plain" disabled={busy} onClick={() => void press("open")}>
            <Icon name="retry" size={18} />
            {t("openAgain")}
          </button>
        )}
        {!isDirect(roomId) && (
          <a
            class="report-link"
            href={messagePath(roomId, seq)}
            onClick={followHere(() => goToMessage(roomId, seq))}
          >
            {t("showInRoom")}
          </a>
        )}
      </div>
      {act && <ActDialog act={act} name={name} onAct={run} onResolve={() => decide("resolved")} onClose={close} />}
    </article>
  );
}

function Reason({ chat, report }: { chat: Chat; report: Report }) {
  const at = Date.parse(report.timestamp);
  const said = {
    person: <Person chat={chat} id={report.reporter} />,
    time: (
      <time dateTime={report.timestamp} title={exactTime(at)}>
        {dateAndTime(at)}
      </time>
    ),
  };
  return (
    <li>
      <span class="report-reason-head">
        {report.doneBy === undefined || report.state === "open"
          ? t.rich("reportedBy", said)
          : t.rich("reportedAndDone", { ...said, state: report.state, doneBy: <Person chat={chat} id={report.doneBy} /> })}
      </span>
      <q class="report-reason" dir="auto">
        {report.reason}
      </q>
    </li>
  );
}

function doneText(act: Act, name: string, until: string): string {
  switch (act) {
    case "delete":
      return t("isDeleted");
    case "mute":
      return t("mayOnlyRead", { name });
    case "ban":
      return t("isBanned", { name, time: dateAndTime(Date.parse(until)) });
  }
}

/** A message that somebody else has deleted meanwhile is as good as deleted. */
async function gone(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== "GONE") throw error;
  }
}

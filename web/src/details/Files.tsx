import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../chat/asking";
import type { Chat } from "../chat/chat";
import type { RoomState } from "../chat/room";
import { t } from "../i18n/en/details";
import { t as ui } from "../i18n/en/ui";
import { useKeptFocus } from "../ui/useKeptFocus";
import { FileCard } from "./FileCard";
import { type FilePage, withOlder, withPage } from "./filePages";

/** The files that the room's messages show, newest first, page by page. The first page is read anew when files come or messages go. */
export function Files({ chat, room, onOpened }: { chat: Chat; room: RoomState; onOpened: () => void }) {
  const [list, setList] = useState<FilePage>();
  /** isOlder: it was a page behind the first that could not be read. */
  const [failed, setFailed] = useState<{ why: string; isOlder: boolean }>();
  const [asked, setAsked] = useState(0);
  const [busy, setBusy] = useState(false);
  const log = room.log.value;
  const deleted = log.changes.flatMap((change) => (change.event === "message_deleted" ? change : []));
  const changes = deleted.at(-1)?.seq ?? 0;
  const newest = log.messages.findLast(({ attachments }) => attachments !== undefined)?.seq ?? 0;
  useEffect(() => {
    let wanted = true;
    chat.requests.files(room.id).then(
      (page) => {
        if (!wanted) return;
        setList((before) => withPage(before, page, deleted.map(({ target }) => target)));
        setFailed(undefined);
      },
      (failure: unknown) => wanted && setFailed({ why: messageOf(failure), isOlder: false }),
    );
    return () => {
      wanted = false;
    };
  }, [chat, room, changes, newest, asked]);
  const readMore = async () => {
    if (list?.next === undefined) return;
    setBusy(true);
    try {
      const page = await chat.requests.files(room.id, list.next);
      setList((now) => (now ? withOlder(now, page, list.next) : now));
      setFailed(undefined);
    } catch (failure) {
      setFailed({ why: messageOf(failure), isOlder: true });
    }
    setBusy(false);
  };
  const tryAgain = () => {
    const isOlder = failed?.isOlder;
    setFailed(undefined); // what fails once more is said once more
    if (isOlder) void readMore();
    else setAsked(asked + 1);
  };
  const part = useRef<HTMLDivElement>(null);
  useKeptFocus(part, failed ? "failed" : "list");
  return (
    <div ref={part} class="panel-part">
      <p class="form-error" role="alert">
        {failed && t("filesFailed", { why: failed.why })}
      </p>
      {failed && (
        <button type="button" class="button-plain" onClick={tryAgain}>
          {ui("tryAgain")}
        </button>
      )}
      {list === undefined && !failed && <div class="spinner" role="status" aria-label={t("loadingFiles")} />}
      {list?.items.length === 0 && list.next === undefined && <p class="dialog-text">{t("noFiles")}</p>}
      <ul class="cards" tabIndex={-1} aria-label={t("partFiles")}>
        {list?.items.map((file) => (
          <FileCard key={`${file.seq}/${file.id}`} chat={chat} roomId={room.id} file={file} onOpened={onOpened} />
        ))}
      </ul>
      {list?.next !== undefined && !failed?.isOlder && (
        <button type="button" class="button-plain" disabled={busy} onClick={() => void readMore()}>
          {t("showOlder")}
        </button>
      )}
    </div>
  );
}

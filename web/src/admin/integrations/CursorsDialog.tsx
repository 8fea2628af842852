import { useState } from "preact/hooks";
import { refusalOf } from "../../chat/asking";
import { t } from "../../i18n/en/admin";
import { Field, Form } from "../../session/fields";
import { Dialog } from "../../ui/Dialog";
import { dateAndTime } from "../../ui/time";
import { Freshness } from "../Freshness";
import { ListEnd } from "../ListEnd";
import type { RoomNames } from "../roomNames";
import { useList } from "../useList";
import type { Cursor, Webhook } from "./decode";
import type { IntegrationRequests } from "./routes";

interface CursorsDialogProps {
  routes: IntegrationRequests;
  names: RoomNames;
  webhook: Webhook;
  online: boolean;
  onClose: () => void;
}

/** How far a webhook has come in each room, what keeps it there, and how to make it go back or go on. */
export function CursorsDialog({ routes, names, webhook, online, onClose }: CursorsDialogProps) {
  const list = useList<Cursor>(webhook.id, online, (last) => routes.cursors(webhook, last));
  return (
    <Dialog title={t("progress")} side onClose={onClose}>
      <p class="dialog-text">
        <bdi>{webhook.url}</bdi>
      </p>
      <Freshness list={list} listed="listCursors" />
      <ul class="admin-cursors" tabIndex={-1} aria-label={t("partRooms")}>
        {list.items.map((cursor) => (
          <CursorRow key={cursor.roomId} name={names.name(cursor.roomId)} cursor={cursor} onSet={(seq) => routes.setCursor(webhook, cursor.roomId, seq)} onDone={list.refresh} />
        ))}
      </ul>
      <ListEnd list={list} listed="listCursors" empty={<p class="dialog-text">{t("nothingSent")}</p>} />
    </Dialog>
  );
}

interface CursorRowProps {
  name: string;
  cursor: Cursor;
  onSet: (seq: number) => Promise<void>;
  onDone: () => void;
}

function CursorRow({ name, cursor, onSet, onDone }: CursorRowProps) {
  const [seq, setSeq] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const set = async () => {
    setBusy(true);
    const refusal = await refusalOf(onSet(Number(seq)));
    setBusy(false);
    setError(refusal);
    if (refusal !== undefined) return;
    setSeq(undefined);
    onDone();
  };
  return (
    <li class="admin-cursor" data-cursor={cursor.roomId}>
      <span class="admin-row-text">
        <bdi class="admin-row-name">{name}</bdi>
        <span class="admin-row-more">{t("takenUpTo", { seq: String(cursor.seq) })}</span>
        {cursor.failingSince !== undefined && (
          <span class="admin-bad">
            {t("failingSince", { date: dateAndTime(Date.parse(cursor.failingSince)), count: cursor.attempts, why: cursor.lastError })}
          </span>
        )}
      </span>
      {seq === undefined ? (
        <button type="button" class="button-plain" aria-label={t("setPlace", { room: name })} onClick={() => setSeq(String(cursor.seq))}>
          {t("set")}
        </button>
      ) : (
        <Form action={t("set")} busy={busy} error={error} onSubmit={() => void set()}>
          <Field label={t("takenUpToHere")} type="number" min={0} value={seq} onInput={setSeq} autocomplete="off" required autoFocus hint={t("whatFollows")} />
        </Form>
      )}
    </li>
  );
}

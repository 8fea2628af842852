import { useMemo, useState } from "preact/hooks";
import { Field, Form } from "../../session/fields";
import { FreshSecret } from "../../ui/FreshSecret";
import { dateAndTime } from "../../ui/time";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import { Person } from "../Names";
import type { ScreenProps } from "../screen";
import { useList } from "../useList";
import { CursorsDialog } from "./CursorsDialog";
import type { Webhook } from "./decode";
import { Removable } from "./Removable";
import { IntegrationRequests } from "./routes";
import { WebhookState } from "./WebhookState";
import { useMaking } from "./useMaking";

/** The longest address, in characters: what a browser's bar takes. */
const MAX_URL = 2048;

const EVENTS = [
  ["new_message", "Messages"],
  ["message_updated", "Edits"],
  ["message_deleted", "Deletes"],
  ["reaction_updated", "Reactions"],
  ["member_updated", "Members"],
  ["room_updated", "Settings"],
] as const;

/** Programs that a room's events are taken to, how far each has come, and what keeps it. */
export function Webhooks({ chat, requests, names, roomId }: ScreenProps) {
  const routes = useMemo(() => new IntegrationRequests(requests, roomId), [requests, roomId]);
  const [url, setURL] = useState("");
  const [events, setEvents] = useState<readonly string[]>([]);
  const [open, setOpen] = useState<Webhook>();
  const list = useList<Webhook>("webhooks", chat.status.value.kind === "online", () => routes.webhooks());
  const { made, busy, error, make } = useMaking(() => {
    setURL("");
    list.refresh();
  });
  return (
    <section class="admin-screen" tabIndex={-1} aria-label="Webhooks" aria-busy={list.busy}>
      <div class="admin-form">
        <h2>Make a webhook</h2>
        <Form action="Make a webhook" busy={busy} error={error} onSubmit={() => void make(() => routes.makeWebhook(url.trim(), events))}>
          <Field
            label="Address"
            value={url}
            onInput={setURL}
            autocomplete="off"
            maxLength={MAX_URL}
            required
            hint={`Every event ${roomId === undefined ? "of every room but direct ones" : "of this room"} is sent there, from now on.`}
          />
          <fieldset class="admin-checks">
            <legend>Only these events (none chosen: all)</legend>
            {EVENTS.map(([event, label]) => (
              <label key={event} class="checkbox">
                <input type="checkbox" checked={events.includes(event)} onChange={(change) => setEvents(change.currentTarget.checked ? [...events, event] : events.filter((one) => one !== event))} />
                {label}
              </label>
            ))}
          </fieldset>
        </Form>
        {made !== "" && <FreshSecret key={made} label="What it signs with, shown only now" copy="Copy the secret" value={made} />}
      </div>
      <div class="admin-tools">
        <h2>Webhooks</h2>
        <Freshness list={list} what="webhooks" />
      </div>
      <ul class="admin-rows" aria-label="Webhooks">
        {list.items.map((webhook) => (
          <Removable
            key={webhook.id}
            id={webhook.id}
            name={webhook.url}
            consequence="Nothing is sent there any more."
            onRemove={() => routes.remove("webhooks", webhook.id)}
            onRemoved={list.refresh}
            actions={
              <button type="button" class="button-plain" aria-haspopup="dialog" aria-label={`Progress of ${webhook.url}`} onClick={() => setOpen(webhook)}>
                Progress
              </button>
            }
          >
            <bdi class="admin-row-name">{webhook.url}</bdi>
            <span class="admin-row-more">
              {webhook.events === undefined ? "All events" : eventsText(webhook.events)} · made by <Person chat={chat} id={webhook.createdBy} />, {dateAndTime(Date.parse(webhook.createdAt))}
            </span>
            <WebhookState routes={routes} names={names} webhook={webhook} readAt={list.readAt ?? 0} />
          </Removable>
        ))}
      </ul>
      <ListEnd list={list} what="webhooks" empty={<Empty icon="send" title="There is no webhook yet" />} />
      {open && (
        <CursorsDialog
          routes={routes}
          names={names}
          webhook={open}
          online={chat.status.value.kind === "online"}
          onClose={() => {
            setOpen(undefined);
            list.refresh();
          }}
        />
      )}
    </section>
  );
}

function eventsText(events: readonly string[]): string {
  return events.map((event) => EVENTS.find(([name]) => name === event)?.[1] ?? event).join(", ");
}

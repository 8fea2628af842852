import { useMemo, useState } from "preact/hooks";
import { t } from "../../i18n/en/admin";
import { commaText } from "../../i18n/number";
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
  ["new_message", "eventMessages"],
  ["message_updated", "eventEdits"],
  ["message_deleted", "eventDeletes"],
  ["reaction_updated", "eventReactions"],
  ["member_updated", "eventMembers"],
  ["room_updated", "eventSettings"],
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
    <section class="admin-screen" tabIndex={-1} aria-label={t("partWebhooks")} aria-busy={list.busy}>
      <div class="admin-form">
        <h2>{t("makeWebhook")}</h2>
        <Form action={t("makeWebhook")} busy={busy} error={error} onSubmit={() => void make(() => routes.makeWebhook(url.trim(), events))}>
          <Field
            label={t("address")}
            value={url}
            onInput={setURL}
            autocomplete="off"
            maxLength={MAX_URL}
            required
            hint={t(roomId === undefined ? "allSentThere" : "roomSentThere")}
          />
          <fieldset class="admin-checks">
            <legend>{t("onlyEvents")}</legend>
            {EVENTS.map(([event, label]) => (
              <label key={event} class="checkbox">
                <input type="checkbox" checked={events.includes(event)} onChange={(change) => setEvents(change.currentTarget.checked ? [...events, event] : events.filter((one) => one !== event))} />
                {t(label)}
              </label>
            ))}
          </fieldset>
        </Form>
        {made !== "" && <FreshSecret key={made} label={t("secretOnce")} copy={t("copySecret")} value={made} />}
      </div>
      <div class="admin-tools">
        <h2>{t("partWebhooks")}</h2>
        <Freshness list={list} listed="listWebhooks" />
      </div>
      <ul class="admin-rows" tabIndex={-1} aria-label={t("partWebhooks")}>
        {list.items.map((webhook) => (
          <Removable
            key={webhook.id}
            id={webhook.id}
            name={webhook.url}
            consequence={t("webhookGone")}
            onRemove={() => routes.remove("webhooks", webhook.id)}
            onRemoved={list.refresh}
            actions={
              <button type="button" class="button-plain" aria-haspopup="dialog" aria-label={t("progressOf", { url: webhook.url })} onClick={() => setOpen(webhook)}>
                {t("progress")}
              </button>
            }
          >
            <bdi class="admin-row-name">{webhook.url}</bdi>
            <span class="admin-row-more">
              {t.rich("webhookRow", {
                events: webhook.events === undefined ? t("allEvents") : eventsText(webhook.events),
                person: <Person chat={chat} id={webhook.createdBy} />,
                date: dateAndTime(Date.parse(webhook.createdAt)),
              })}
            </span>
            <WebhookState routes={routes} names={names} webhook={webhook} readAt={list.readAt ?? 0} />
          </Removable>
        ))}
      </ul>
      <ListEnd list={list} listed="listWebhooks" empty={<Empty icon="send" title={t("noWebhook")} />} />
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
  return commaText(
    events.map((event) => {
      const known = EVENTS.find(([name]) => name === event);
      return known ? t(known[1]) : event;
    }),
  );
}

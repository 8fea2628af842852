import { useReading } from "../../chat/useReading";
import { t } from "../../i18n/en/admin";
import { dateAndTime } from "../../ui/time";
import type { RoomNames } from "../roomNames";
import type { Webhook } from "./decode";
import type { IntegrationRequests } from "./routes";

interface WebhookStateProps {
  routes: IntegrationRequests;
  names: RoomNames;
  webhook: Webhook;
  /** When the list was read: with it this is read again. */
  readAt: number;
}

/** In a line, whether a webhook delivers, and what keeps it. */
export function WebhookState({ routes, names, webhook, readAt }: WebhookStateProps) {
  // Why they could not be read the dialog says.
  const { value: cursors } = useReading(async () => (await routes.cursors(webhook, undefined)).items, [routes, webhook.id, readAt]);

  const { failed } = webhook;
  if (failed) {
    return (
      <span class="admin-bad">
        {t("givenUp", { date: dateAndTime(Date.parse(failed.at)), why: failed.reason })}
      </span>
    );
  }
  const failing = cursors?.find(({ failingSince }) => failingSince !== undefined);
  if (failing) {
    return (
      <span class="admin-bad">
        {t.rich("failingIn", { room: <bdi>{names.name(failing.roomId)}</bdi>, why: failing.lastError })}
      </span>
    );
  }
  const only = webhook.roomId === undefined ? undefined : cursors?.[0];
  return only ? <span class="admin-row-more">{t("takenUpTo", { seq: String(only.seq) })}</span> : null;
}

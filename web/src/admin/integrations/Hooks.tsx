import { useMemo, useState } from "preact/hooks";
import { t } from "../../i18n/en/admin";
import { Field, Form } from "../../session/fields";
import { FreshSecret } from "../../ui/FreshSecret";
import { dateAndTime } from "../../ui/time";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import { Person } from "../Names";
import type { ScreenProps } from "../screen";
import { useList } from "../useList";
import { MAX_NAME } from "./Bots";
import type { Hook } from "./decode";
import { Removable } from "./Removable";
import { IntegrationRequests } from "./routes";
import { useMaking } from "./useMaking";

/** Addresses of a room: what is posted to one is a message there. */
export function Hooks({ chat, requests, roomId }: ScreenProps) {
  const routes = useMemo(() => new IntegrationRequests(requests, roomId), [requests, roomId]);
  const [name, setName] = useState("");
  const list = useList<Hook>("hooks", chat.status.value.kind === "online", (last) => routes.hooks(last));
  const { made, busy, error, make } = useMaking(() => {
    setName("");
    list.refresh();
  });
  return (
    <section class="admin-screen" tabIndex={-1} aria-label={t("partHooks")} aria-busy={list.busy}>
      <div class="admin-form">
        <h2>{t("makeAddress")}</h2>
        <Form action={t("makeAddress")} busy={busy} error={error} onSubmit={() => void make(async () => location.origin + (await routes.makeHook(name.trim())))}>
          <Field label={t("name")} value={name} onInput={setName} autocomplete="off" maxLength={MAX_NAME} required hint={t("hookName")} />
        </Form>
        {made !== "" && <FreshSecret key={made} label={t("addressOnce")} copy={t("copyAddress")} value={made} />}
      </div>
      <div class="admin-tools">
        <h2>{t("addresses")}</h2>
        <Freshness list={list} listed="listAddresses" />
      </div>
      <ul class="admin-rows" tabIndex={-1} aria-label={t("addresses")}>
        {list.items.map((hook) => (
          <Removable
            key={hook.id}
            id={hook.id}
            name={hook.name}
            consequence={t("hookGone")}
            onRemove={() => routes.remove("hooks", hook.id)}
            onRemoved={list.refresh}
          >
            <bdi class="admin-row-name">{hook.name}</bdi>
            <span class="admin-row-more">
              {t.rich("madeBy", { person: <Person chat={chat} id={hook.createdBy} />, date: dateAndTime(Date.parse(hook.createdAt)) })}
            </span>
          </Removable>
        ))}
      </ul>
      <ListEnd list={list} listed="listAddresses" empty={<Empty icon="link" title={t("noAddress")} />} />
    </section>
  );
}

import { useMemo, useState } from "preact/hooks";
import { t } from "../../i18n/en/admin";
import { commaText } from "../../i18n/number";
import { Field, Form } from "../../session/fields";
import { FreshSecret } from "../../ui/FreshSecret";
import { SelectField } from "../../ui/SelectField";
import { dateAndTime } from "../../ui/time";
import { Freshness } from "../Freshness";
import { Empty, ListEnd } from "../ListEnd";
import { Person } from "../Names";
import type { ScreenProps } from "../screen";
import { useList } from "../useList";
import type { Bot } from "./decode";
import { Removable } from "./Removable";
import { IntegrationRequests } from "./routes";
import { useMaking } from "./useMaking";

/** The longest name of a bot or a hook, in characters. */
export const MAX_NAME = 32;

const RIGHTS = [
  { value: "post_and_read", label: "postAndRead" },
  { value: "post", label: "onlyPost" },
] as const;

/** Programs that come in with a key: made here, shown once, listed and revoked. */
export function Bots({ chat, requests, names, roomId }: ScreenProps) {
  const routes = useMemo(() => new IntegrationRequests(requests, roomId), [requests, roomId]);
  const [name, setName] = useState("");
  const [rights, setRights] = useState("post_and_read");
  const list = useList<Bot>("bots", chat.status.value.kind === "online", (last) => routes.bots(last));
  const { made, busy, error, make } = useMaking(() => {
    setName("");
    list.refresh();
  });
  return (
    <section class="admin-screen" tabIndex={-1} aria-label={t("partBots")} aria-busy={list.busy}>
      <div class="admin-form">
        <h2>{t("makeBot")}</h2>
        <Form action={t("makeKey")} busy={busy} error={error} onSubmit={() => void make(() => routes.makeBot(name.trim(), rights === "post"))}>
          <Field label={t("name")} value={name} onInput={setName} autocomplete="off" maxLength={MAX_NAME} required hint={t(roomId === undefined ? "keyEverywhere" : "keyHere")} />
          <SelectField label={t("whatItMayDo")} value={rights} options={RIGHTS.map(({ value, label }) => ({ value, label: t(label) }))} onChange={setRights} />
        </Form>
        {made !== "" && <FreshSecret key={made} label={t("keyOnce")} copy={t("copyKey")} value={made} />}
      </div>
      <div class="admin-tools">
        <h2>{t("partBots")}</h2>
        <Freshness list={list} listed="listBots" />
      </div>
      <ul class="admin-rows" tabIndex={-1} aria-label={t("partBots")}>
        {list.items.map((bot) => (
          <Removable
            key={bot.id}
            id={bot.id}
            name={bot.name}
            consequence={t("botGone")}
            onRemove={() => routes.remove("bots", bot.id)}
            onRemoved={list.refresh}
          >
            <bdi class="admin-row-name">{bot.name}</bdi>
            <span class="admin-row-more">
              {t.rich("botRow", {
                may: bot.postsOnly ? "post" : "read",
                where: bot.rooms === undefined ? "all" : "some",
                rooms: commaText((bot.rooms ?? []).map((id) => names.name(id))),
                person: <Person chat={chat} id={bot.createdBy} />,
                date: dateAndTime(Date.parse(bot.createdAt)),
              })}
            </span>
          </Removable>
        ))}
      </ul>
      <ListEnd list={list} listed="listBots" empty={<Empty icon="key" title={t("noBot")} />} />
    </section>
  );
}

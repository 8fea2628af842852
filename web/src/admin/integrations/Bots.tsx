import { useMemo, useState } from "preact/hooks";
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
  { value: "post_and_read", label: "Post and read" },
  { value: "post", label: "Only post" },
];

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
  const where = (bot: Bot) => (bot.rooms === undefined ? "in every room" : `in ${bot.rooms.map((id) => names.name(id)).join(", ")}`);
  return (
    <section class="admin-screen" tabIndex={-1} aria-label="Bots" aria-busy={list.busy}>
      <div class="admin-form">
        <h2>Make a bot</h2>
        <Form action="Make a key" busy={busy} error={error} onSubmit={() => void make(() => routes.makeBot(name.trim(), rights === "post"))}>
          <Field label="Name" value={name} onInput={setName} autocomplete="off" maxLength={MAX_NAME} required hint={roomId === undefined ? "Its key is good in every room but direct ones." : "Its key is good in this room."} />
          <SelectField label="What it may do" value={rights} options={RIGHTS} onChange={setRights} />
        </Form>
        {made !== "" && <FreshSecret key={made} label="The key, shown only now" copy="Copy the key" value={made} />}
      </div>
      <div class="admin-tools">
        <h2>Bots</h2>
        <Freshness list={list} what="bots" />
      </div>
      <ul class="admin-rows" aria-label="Bots">
        {list.items.map((bot) => (
          <Removable
            key={bot.id}
            id={bot.id}
            name={bot.name}
            consequence="Its key is refused at once, and its connections are closed. What it has said stays."
            onRemove={() => routes.remove("bots", bot.id)}
            onRemoved={list.refresh}
          >
            <bdi class="admin-row-name">{bot.name}</bdi>
            <span class="admin-row-more">
              {bot.postsOnly ? "Only posts" : "Posts and reads"} {where(bot)} · made by <Person chat={chat} id={bot.createdBy} />, {dateAndTime(Date.parse(bot.createdAt))}
            </span>
          </Removable>
        ))}
      </ul>
      <ListEnd list={list} what="bots" empty={<Empty icon="key" title="There is no bot yet" />} />
    </section>
  );
}

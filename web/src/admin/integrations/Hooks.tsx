import { useMemo, useState } from "preact/hooks";
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
    <section class="admin-screen" tabIndex={-1} aria-label="Incoming hooks" aria-busy={list.busy}>
      <div class="admin-form">
        <h2>Make an address</h2>
        <Form action="Make an address" busy={busy} error={error} onSubmit={() => void make(async () => location.origin + (await routes.makeHook(name.trim())))}>
          <Field label="Name" value={name} onInput={setName} autocomplete="off" maxLength={MAX_NAME} required hint="Shown as the author of what is posted there." />
        </Form>
        {made !== "" && <FreshSecret key={made} label="The address, shown only now: whoever has it may post" copy="Copy the address" value={made} />}
      </div>
      <div class="admin-tools">
        <h2>Addresses</h2>
        <Freshness list={list} what="addresses" />
      </div>
      <ul class="admin-rows" aria-label="Addresses">
        {list.items.map((hook) => (
          <Removable
            key={hook.id}
            id={hook.id}
            name={hook.name}
            consequence="What is posted to its address is refused from now on. What it has said stays."
            onRemove={() => routes.remove("hooks", hook.id)}
            onRemoved={list.refresh}
          >
            <bdi class="admin-row-name">{hook.name}</bdi>
            <span class="admin-row-more">
              Made by <Person chat={chat} id={hook.createdBy} />, {dateAndTime(Date.parse(hook.createdAt))}
            </span>
          </Removable>
        ))}
      </ul>
      <ListEnd list={list} what="addresses" empty={<Empty icon="link" title="There is no address yet" />} />
    </section>
  );
}

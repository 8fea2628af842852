import { useId, useRef, useState } from "preact/hooks";
import { messageOf } from "../../chat/asking";
import { t } from "../../i18n/en/admin";
import { type Words, words } from "../../i18n/words";
import type { Declaration } from "../../protocol";
import { feedPath, goToFeed } from "../../route";
import { Field, Form } from "../../session/fields";
import { followHere } from "../../ui/followHere";
import { Freshness } from "../Freshness";
import { Removable } from "../integrations/Removable";
import { Empty, ListEnd } from "../ListEnd";
import type { ScreenProps } from "../screen";
import { useList } from "../useList";
import { applyStream, listDeclared, readStream, removeStream } from "./routes";

/** The longest name of a stream, in characters: those of a collection and its own. */
const MAX_NAME = 250;

const EXAMPLE = `{
  "operations": ["insert", "update"],
  "stages": [],
  "access": { "roles": ["admin"] }
}`;

/** Declared streams of the database: listed, applied and removed. The database tries what is applied, and says why not. */
export function Streams({ chat, requests }: ScreenProps) {
  const [name, setName] = useState("");
  const [text, setText] = useState(EXAMPLE);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [said, setSaid] = useState<Words>();
  const editor = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const list = useList<Declaration>("streams", chat.status.value.kind === "online", () => listDeclared(requests));
  const run = async (work: () => Promise<Words | undefined>) => {
    setBusy(true);
    setFailure(undefined);
    setSaid(undefined);
    try {
      setSaid(await work());
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  };
  const apply = async () => {
    await applyStream(requests, name.trim(), JSON.parse(text));
    list.refresh();
    return words(() => t("isApplied", { name: name.trim() }));
  };
  const edit = async (stream: string) => {
    setText(JSON.stringify(await readStream(requests, stream), null, 2));
    setName(stream);
    editor.current?.focus();
    return undefined;
  };
  const error = failure instanceof SyntaxError ? t("noJson", { why: failure.message }) : failure === undefined ? undefined : messageOf(failure);
  return (
    <section class="admin-screen" tabIndex={-1} aria-label={t("partStreams")} aria-busy={list.busy}>
      <div class="admin-form">
        <h2>{t("declareStream")}</h2>
        <Form action={t("apply")} busy={busy} error={error} onSubmit={() => void run(apply)}>
          <Field label={t("name")} value={name} onInput={setName} autocomplete="off" maxLength={MAX_NAME} required hint={t("streamNameHint")} />
          <div class="field">
            <label for={id}>{t("declaration")}</label>
            <textarea id={id} ref={editor} class="admin-code" rows={10} value={text} spellcheck={false} autocomplete="off" onInput={(event) => setText(event.currentTarget.value)} />
          </div>
          <p class="hint" role="status">
            {said?.text}
          </p>
        </Form>
      </div>
      <div class="admin-tools">
        <h2>{t("partStreams")}</h2>
        <Freshness list={list} listed="listStreams" />
      </div>
      <ul class="admin-rows" tabIndex={-1} aria-label={t("partStreams")}>
        {list.items.map((stream) => (
          <Removable
            key={stream.name}
            id={stream.name}
            name={stream.name}
            consequence={t("streamGone")}
            onRemove={() => removeStream(requests, stream.name)}
            onRemoved={list.refresh}
            actions={
              <button type="button" class="button-plain" aria-label={t("editOne", { name: stream.name })} onClick={() => void run(() => edit(stream.name))}>
                {t("edit")}
              </button>
            }
          >
            <a
              class="admin-row-name"
              href={feedPath(stream.name)}
              onClick={followHere(() => goToFeed(stream.name))}
            >
              <bdi>{stream.name}</bdi>
            </a>
            <span class="admin-row-more">
              {stream.operations.join(", ")} · {stagesText(stream.stages)}
            </span>
          </Removable>
        ))}
      </ul>
      <ListEnd
        list={list}
        listed="listStreams"
        empty={
          <Empty icon="feed" title={t("noStream")}>
            <p>{t("streamsNeedMongo")}</p>
          </Empty>
        }
      />
    </section>
  );
}

function stagesText(stages: unknown): string {
  const count = Array.isArray(stages) ? stages.length : 0;
  return t("stages", { count });
}

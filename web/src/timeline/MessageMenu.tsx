import type { RefObject } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat/chat";
import { WithParts } from "../details/WithParts";
import { EmojiDialog } from "../emoji/EmojiDialog";
import { t } from "../i18n/en/timeline";
import { type Words, words } from "../i18n/words";
import { type Action, ActionMenu, type Choice } from "../ui/ActionMenu";
import { copy } from "../ui/copy";
import { useLongPress } from "../ui/useLongPress";
import { DeleteDialog } from "./DeleteDialog";
import type { Item } from "./rows";
import { showsReceipts } from "./seen";

/** Offered at once; any other emoji of a message is a press on it away. */
const QUICK = [
  { emoji: "👍", label: "thumbsUp" },
  { emoji: "❤️", label: "heart" },
  { emoji: "😂", label: "laughing" },
  { emoji: "🎉", label: "party" },
  { emoji: "😮", label: "surprised" },
  { emoji: "😢", label: "sad" },
] as const;

export interface MessageActions {
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
  onReact: (seq: number, emoji: string, on: boolean) => void;
  onEdit: (item: Item) => void;
  /** Begins an answer that is shown in the room; absent: it is begun elsewhere. */
  onReply?: (seq: number) => void;
  /** Shows the answers to a message. */
  onThread: (seq: number) => void;
  /** Shows a message in its room; absent: it is there. */
  onShow?: (seq: number) => void;
  /** Of what the answers are shown already; absent: of nothing. */
  root?: number;
  /** What leads somebody to a message. */
  linkOf: (seq: number) => string;
  onPin: (seq: number, on: boolean) => void;
  /** Resolves to why it could not be, or undefined. */
  onReport: (seq: number, reason: string) => Promise<string | undefined>;
  /** Settles when the server has answered. */
  onDelete: (seq: number) => Promise<void>;
}

interface MessageMenuProps extends MessageActions {
  chat: Chat;
  roomId: string;
  timeline: RefObject<HTMLDivElement | null>;
  items: readonly Item[];
  say: (line: Words) => void;
  /** Whether we may answer here. */
  mayReply: boolean;
  /** Whether we may react here, and edit and delete what is ours. */
  mayWrite: boolean;
  /** Whether we may delete others' messages. */
  mayDeleteAll: boolean;
  /** Whether we may pin messages here. */
  mayPin: boolean;
  /** The seqs of the pinned ones. */
  pins: readonly number[];
  /** Whether somebody moderates here. */
  mayReport: boolean;
}

/** The one menu of a timeline: it opens for the message a finger rests on, or whose button is pressed. */
export function MessageMenu({ chat, roomId, timeline, items, say, mayReply, mayWrite, mayDeleteAll, mayPin, pins, mayReport, ...actions }: MessageMenuProps) {
  const [opened, setOpened] = useState<{ key: string; anchor: HTMLElement }>();
  const [deleting, setDeleting] = useState(0); // a seq; 0: none
  const [reporting, setReporting] = useState(0); // a seq; 0: none
  const [asked, setAsked] = useState(0); // the seq whose reactions are shown; 0: none
  const [before, setBefore] = useState(0); // the seq whose former texts are shown; 0: none
  const [read, setRead] = useState(0); // the seq whose readers are shown; 0: none
  const [reacting, setReacting] = useState<{ seq: number; anchor: HTMLElement; alignEnd: boolean }>();
  const openFor = useCallback((target: Element) => {
    const message = target.closest("[data-key]");
    const anchor = message?.querySelector<HTMLElement>("[data-more]");
    const key = message?.getAttribute("data-key");
    if (anchor && key) setOpened({ key, anchor });
  }, []);
  useLongPress(timeline, openFor);

  useEffect(() => {
    const element = timeline.current;
    const press = (event: Event) => {
      if (event.target instanceof Element && event.target.closest("[data-more]")) openFor(event.target);
    };
    element?.addEventListener("click", press);
    return () => element?.removeEventListener("click", press);
  }, []);

  const close = useCallback(() => {
    setOpened(undefined);
    const to = opened?.anchor.isConnected ? opened.anchor : timeline.current;
    to?.focus({ preventScroll: true });
  }, [opened]);
  const remove = async () => {
    setDeleting(0);
    await actions.onDelete(deleting);
    // Its button may have gone before the dialog could give the focus back to it.
    if (document.activeElement === document.body) timeline.current?.focus({ preventScroll: true });
  };

  const item = opened && items.find((i) => i.key === opened.key && !i.deleted);
  const room = chat.rooms.value.get(roomId);
  const gone = opened !== undefined && item === undefined;
  useEffect(() => {
    if (gone) close();
  }, [gone]);
  return (
    <>
      {opened && item && (
        <ActionMenu
          key={opened.key}
          label={t("menu")}
          anchor={opened.anchor}
          alignEnd={item.own}
          choices={item.seq > 0 && mayWrite ? choicesOf(item, actions) : []}
          more={{ id: "react", label: t("anotherEmoji"), icon: "smile", run: () => setReacting({ seq: item.seq, anchor: opened.anchor, alignEnd: item.own }) }}
          actions={actionsOf(item, actions, { mayReply, mayPin, isPinned: pins.includes(item.seq), mayEdit: item.own && mayWrite, mayDelete: (item.own && mayWrite) || mayDeleteAll, mayReport: mayReport && !item.own, maySeeEdits: item.own || mayDeleteAll, maySeeReaders: item.own && room !== undefined && room.info.value.type !== "direct" && showsReceipts(room.info.value) }, {
            onCopy: () => void copy(item.text, say),
            onLink: () => void copy(actions.linkOf(item.seq), say),
            onDelete: () => setDeleting(item.seq),
            onReport: () => setReporting(item.seq),
            onWho: () => setAsked(item.seq),
            onVersions: () => setBefore(item.seq),
            onReaders: () => setRead(item.seq),
          })}
          onClose={close}
        />
      )}
      {asked > 0 && <WithParts onClose={() => setAsked(0)}>{({ ReactedDialog }) => <ReactedDialog chat={chat} roomId={roomId} seq={asked} onClose={() => setAsked(0)} />}</WithParts>}
      {before > 0 && <WithParts onClose={() => setBefore(0)}>{({ VersionsDialog }) => <VersionsDialog chat={chat} roomId={roomId} seq={before} onClose={() => setBefore(0)} />}</WithParts>}
      {read > 0 && room && <WithParts onClose={() => setRead(0)}>{({ ReadersDialog }) => <ReadersDialog chat={chat} room={room} seq={read} onClose={() => setRead(0)} />}</WithParts>}
      {reacting && (
        <EmojiDialog
          label={t("reactWith")}
          anchor={reacting.anchor}
          alignEnd={reacting.alignEnd}
          onPick={(emoji) => actions.onReact(reacting.seq, emoji, true)}
          onClose={() => setReacting(undefined)}
        />
      )}
      {reporting > 0 && (
        <WithParts onClose={() => setReporting(0)}>
          {({ ReportDialog }) => (
            <ReportDialog
              onReport={async (reason) => {
                const refusal = await actions.onReport(reporting, reason);
                if (refusal === undefined) {
                  setReporting(0);
                  say(words(() => t("reported")));
                }
                return refusal;
              }}
              onClose={() => setReporting(0)}
            />
          )}
        </WithParts>
      )}
      {deleting > 0 && <DeleteDialog onDelete={() => void remove()} onClose={() => setDeleting(0)} />}
    </>
  );
}

function choicesOf({ seq, reactions }: Item, { onReact }: MessageActions): Choice[] {
  return QUICK.map(({ emoji, label }) => {
    const checked = reactions[emoji]?.me === true;
    return { id: emoji, text: emoji, label: t(label), checked, run: () => onReact(seq, emoji, !checked) };
  });
}

interface May {
  mayReply: boolean;
  mayPin: boolean;
  isPinned: boolean;
  mayEdit: boolean;
  mayDelete: boolean;
  mayReport: boolean;
  maySeeEdits: boolean;
  maySeeReaders: boolean;
}

interface Steps {
  onLink: () => void;
  onCopy: () => void;
  onDelete: () => void;
  onReport: () => void;
  onWho: () => void;
  onVersions: () => void;
  onReaders: () => void;
}

function actionsOf(item: Item, actions: MessageActions, may: May, { onCopy, onLink, onDelete, onReport, onWho, onVersions, onReaders }: Steps): Action[] {
  const { clientId } = item;
  const copyIt: Action = { id: "copy", label: t("copyText"), icon: "copy", run: onCopy };
  if (item.state !== "logged" && clientId !== undefined) {
    const retry: Action = { id: "retry", label: t("retry"), icon: "retry", run: () => actions.onRetry(clientId) };
    const discard: Action = { id: "discard", label: t("discard"), icon: "close", danger: true, run: () => actions.onDiscard(clientId) };
    return [...(item.state === "failed" ? [retry] : []), copyIt, discard];
  }
  if (item.seq === 0) return [copyIt];
  const { onReply, onShow, onThread, root } = actions;
  const places: Action[] = [
    ...(onReply && may.mayReply ? [{ id: "reply", label: t("reply"), icon: "reply", run: () => onReply(item.seq) } as const] : []),
    ...(item.seq === root ? [] : [{ id: "thread", label: t("openThread"), icon: "thread", run: () => onThread(item.seq) } as const]),
    ...(onShow ? [{ id: "show", label: t("showInRoom"), icon: "rooms", run: () => onShow(item.seq) } as const] : []),
  ];
  const link: Action = { id: "link", label: t("copyLink"), icon: "link", run: onLink };
  const pin: Action = { id: "pin", label: t(may.isPinned ? "unpin" : "pin"), icon: "pin", run: () => actions.onPin(item.seq, !may.isPinned) };
  const edit: Action = { id: "edit", label: t("edit"), icon: "edit", run: () => actions.onEdit(item) };
  const remove: Action = { id: "delete", label: t("delete"), icon: "trash", danger: true, run: onDelete };
  const who: Action = { id: "who", label: t("whoReacted"), icon: "people", run: onWho };
  const versions: Action = { id: "versions", label: t("showEdits"), icon: "clock", run: onVersions };
  const readers: Action = { id: "readers", label: t("showReaders"), icon: "people", run: onReaders };
  const report: Action = { id: "report", label: t("reportMenu"), icon: "alert", run: onReport };
  return [...places, copyIt, link, ...(Object.keys(item.reactions).length > 0 ? [who] : []), ...(item.editedAt > 0 && may.maySeeEdits ? [versions] : []), ...(may.maySeeReaders ? [readers] : []), ...(may.mayPin ? [pin] : []), ...(may.mayEdit ? [edit] : []), ...(may.mayReport ? [report] : []), ...(may.mayDelete ? [remove] : [])];
}

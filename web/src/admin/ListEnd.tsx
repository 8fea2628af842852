import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/en/admin";
import { t as ui } from "../i18n/en/ui";
import { Icon, type IconName } from "../ui/Icon";
import type { Listed, ReadList, Trouble } from "./useList";

interface ListEndProps {
  list: ReadList;
  listed: Listed;
  /** What the next page's button is called. */
  next?: string;
  /** What is said where there is nothing. */
  empty: ComponentChildren;
}

/**
 * What stands below a list, or in its place: that it is being read, why not, that it is empty, or the next page's button.
 * The list is the element before it, and takes the focus of what goes from here once it is read.
 */
export function ListEnd(props: ListEndProps) {
  const { items, readAt } = props.list;
  const end = useRef<HTMLDivElement>(null);
  const hadFocus = end.current?.contains(document.activeElement) ?? false; // before this is drawn
  useLayoutEffect(() => {
    const place = end.current;
    const focused = document.activeElement;
    if (!hadFocus || (focused !== document.body && focused !== place)) return;
    const next = readAt !== undefined && items.length > 0 ? place?.previousElementSibling : place;
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  });
  return (
    <div ref={end} class="list-end" tabIndex={-1}>
      <End {...props} />
    </div>
  );
}

function End({ list, listed, next = t("showMore"), empty }: ListEndProps) {
  const { items, readAt, busy, trouble, nextTrouble, more } = list;
  if (readAt === undefined && trouble && !busy) return <Refusal trouble={trouble} listed={listed} onRetry={list.refresh} />;
  if (readAt === undefined) return <div class="spinner" role="status" aria-label={t("readingThe", { what: t(listed) })} />;
  if (items.length === 0) return <>{empty}</>;
  if (!more) return null;
  return (
    <>
      {nextTrouble && (
        <p class="list-unread" role="alert">
          {t("moreUnread", { why: nextTrouble.message.text })}
        </p>
      )}
      {/* Not disabled while it is read: the focus would be lost. */}
      <button type="button" class="button-plain admin-more" aria-disabled={busy} onClick={() => !busy && list.readMore()}>
        {busy ? t("oneMoment") : nextTrouble ? ui("tryAgain") : next}
      </button>
    </>
  );
}

const refusalTitles = {
  failed: "unread",
  forbidden: "notYours",
  missing: "noSuchRoom",
} as const satisfies Record<Trouble["kind"], string>;

function Refusal({ trouble, listed, onRetry }: { trouble: Trouble; listed: Listed; onRetry: () => void }) {
  return (
    <Empty icon={trouble.kind === "failed" ? "alert" : "lock"} title={t(refusalTitles[trouble.kind])} alert>
      <p>{trouble.kind === "missing" ? t("roomGone", { what: t(listed) }) : trouble.message.text.replace(/[.。]?$/u, (end) => end || ".")}</p>
      {trouble.kind === "failed" && (
        <button type="button" class="button-plain" onClick={onRetry}>
          {ui("tryAgain")}
        </button>
      )}
    </Empty>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  alert?: boolean;
  children?: ComponentChildren;
}

/** A screen, or a list, without anything in it. */
export function Empty({ icon, title, alert, children }: EmptyProps) {
  return (
    <div class="empty" role={alert ? "alert" : undefined}>
      <span class="admin-sign" aria-hidden="true">
        <Icon name={icon} size={28} />
      </span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

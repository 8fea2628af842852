import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../ui/Icon";
import type { ReadList, Trouble } from "./useList";

interface ListEndProps {
  list: ReadList;
  /** What is in the list, for people: "reports". */
  what: string;
  /** What the next page's button is called. */
  next?: string;
  /** What is said where there is nothing. */
  empty: ComponentChildren;
}

/** What stands below a list, or in its place: that it is being read, why not, that it is empty, or the next page's button. */
export function ListEnd({ list, what, next = "Show more", empty }: ListEndProps) {
  const { items, readAt, busy, trouble, more } = list;
  if (readAt === undefined && trouble) return <Refusal trouble={trouble} what={what} onRetry={list.refresh} />;
  if (readAt === undefined) return <div class="spinner" role="status" aria-label={`Reading the ${what}`} />;
  if (items.length === 0) return <>{empty}</>;
  if (!more) return null;
  return (
    <button type="button" class="button-plain admin-more" disabled={busy} onClick={list.readMore}>
      {busy ? "One moment…" : next}
    </button>
  );
}

const refusalTitles: Readonly<Record<Trouble["kind"], string>> = {
  failed: "This could not be read",
  forbidden: "This is not yours to see",
  missing: "There is no such room",
};

function Refusal({ trouble, what, onRetry }: { trouble: Trouble; what: string; onRetry: () => void }) {
  return (
    <Empty icon={trouble.kind === "failed" ? "alert" : "lock"} title={refusalTitles[trouble.kind]} alert>
      <p>{trouble.kind === "missing" ? `It was removed, or you may not know of it; so you cannot see its ${what}.` : `${trouble.message.replace(/\.?$/, ".")}`}</p>
      {trouble.kind === "failed" && (
        <button type="button" class="button-plain" onClick={onRetry}>
          Try again
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

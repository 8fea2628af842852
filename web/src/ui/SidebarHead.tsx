import type { ComponentChildren } from "preact";
import { t } from "../i18n/en/ui";
import { goTo } from "../route";
import { followHere } from "./followHere";
import { Icon, Logo } from "./Icon";

interface SidebarHeadProps {
  title: string;
  /** Links and buttons behind the title. */
  children: ComponentChildren;
  /** Given where the list covers what it is a list of. */
  onClose: (() => void) | undefined;
}

/** What stands above every list at the side. */
export function SidebarHead({ title, children, onClose }: SidebarHeadProps) {
  return (
    <header class="sidebar-head">
      <Logo size={30} />
      <h1>{title}</h1>
      {children}
      {onClose && (
        <button type="button" class="button-icon" aria-label={t("closeList")} onClick={onClose}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}

/** The way back to the rooms, to one of them where it is given. */
export function RoomsLink({ roomId }: { roomId?: string | undefined }) {
  return (
    <a class="button-icon" href="/" aria-label={t("rooms")} title={t("rooms")} onClick={followHere(() => goTo(roomId))}>
      <Icon name="rooms" />
    </a>
  );
}

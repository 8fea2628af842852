import type { ComponentChildren } from "preact";
import { type AdminPlace, adminPath, goToAdmin } from "../route";
import { isOwnClick } from "../ui/ownClick";

interface AdminLinkProps {
  to: AdminPlace;
  class: string;
  current?: boolean;
  onOpened?: () => void;
  children: ComponentChildren;
}

/** The way to a screen of moderators and admins. */
export function AdminLink({ to, class: name, current, onOpened, children }: AdminLinkProps) {
  return (
    <a
      class={name}
      href={adminPath(to)}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (!isOwnClick(event)) return;
        event.preventDefault();
        goToAdmin(to);
        onOpened?.();
      }}
    >
      {children}
    </a>
  );
}

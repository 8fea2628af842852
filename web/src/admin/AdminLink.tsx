import type { ComponentChildren } from "preact";
import { type AdminPlace, adminPath, goToAdmin } from "../route";
import { followHere } from "../ui/followHere";

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
      onClick={followHere(() => {
        goToAdmin(to);
        onOpened?.();
      })}
    >
      {children}
    </a>
  );
}

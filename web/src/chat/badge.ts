// What says that something is unread while the page itself is not looked at: a dot on its tab's icon, and a number on its app's.

const ICON = "/favicon.svg";
const UNREAD_ICON = "/favicon-unread.svg";

/** unread: how many messages are; 0 takes both away. */
export function showUnread(unread: number): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = unread > 0 ? UNREAD_ICON : ICON;
  if (icon && icon.getAttribute("href") !== href) icon.href = href; // the same one would be fetched again
  // Not every browser has badges, and one that has may refuse them to a page that is not installed.
  const told = unread > 0 ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.();
  told?.catch(() => undefined);
}

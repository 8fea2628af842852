import { useEffect, useRef, useState } from "preact/hooks";
import { ModerationLink } from "../admin/ModerationLink";
import type { Chat } from "../chat/chat";
import { WithParts } from "../details/WithParts";
import { LanguagePicker } from "../i18n/LanguagePicker";
import { t } from "../i18n/en/session";
import { t as ui } from "../i18n/en/ui";
import { PreviewSwitch } from "../previews/PreviewSwitch";
import { PushSwitch } from "../push/PushSwitch";
import { signOut, usePush } from "../push/usePush";
import { ThemePicker } from "../theme/ThemePicker";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import type { SessionStore } from "./session";
import { isAccount } from "./token";

interface AccountMenuProps {
  chat: Chat;
  session: SessionStore;
  /** Shows the keys; given where there are any. */
  onKeys?: () => void;
}

/** Who is signed in; pressed, it offers the theme, how others see him, where else he is signed in, and the way out. */
export function AccountMenu({ chat, session, onKeys }: AccountMenuProps) {
  const [open, setOpen] = useState(false);
  const [dialog, setDialog] = useState<"profile" | "sessions">();
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const push = usePush(session);
  const online = chat.status.value.kind === "online";
  const name = chat.people.name(chat.user.id);
  const status = chat.people.status(chat.user.id);
  const leave = () => {
    button.current?.focus(); // the menu goes; what opened it gets the focus back
    setOpen(false);
  };
  const ask = (which: "profile" | "sessions") => {
    leave();
    setDialog(which);
  };
  const close = () => setDialog(undefined);

  useEffect(() => {
    if (online) void push.resume();
  }, [online, push]);

  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event) => {
      const { target } = event;
      if (!(target instanceof Node) || menu.current?.contains(target)) return;
      // Pressing a part that takes no focus gives it to what stands around the menu.
      if (event.type === "focusin" && target.contains(menu.current)) return;
      setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);

  return (
    <div
      ref={menu}
      class="account"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      {open && (
        <div id="account-menu" class="account-menu" role="group" aria-label={t("account")}>
          <ThemePicker labelled />
          <LanguagePicker />
          <PushSwitch push={push} />
          <PreviewSwitch previews={chat.previews} />
          <ModerationLink chat={chat} />
          <button type="button" class="account-action" aria-haspopup="dialog" onClick={() => ask("profile")}>
            <Icon name="person" size={18} />
            {t("profile")}
          </button>
          {onKeys && (
            <button
              type="button"
              class="account-action"
              aria-haspopup="dialog"
              onClick={() => {
                leave();
                onKeys();
              }}
            >
              <Icon name="keyboard" size={18} />
              {t("shortcuts")}
            </button>
          )}
          {isAccount(chat.user.id) && (
            <button type="button" class="account-action" aria-haspopup="dialog" onClick={() => ask("sessions")}>
              <Icon name="lock" size={18} />
              {t("sessions")}
            </button>
          )}
          <button
            type="button"
            class="account-action"
            onClick={() => signOut(session)}
          >
            <Icon name="leave" size={18} />
            {t("signOut")}
          </button>
        </div>
      )}
      <button ref={button} type="button" class="me" aria-expanded={open} aria-controls="account-menu" onClick={() => setOpen(!open)}>
        <span class={`me-avatar${online ? " online" : ""}`}>
          <Avatar id={chat.user.id} name={name} />
        </span>
        <span class="me-text">
          <bdi class="me-name">{name}</bdi>
          <span class="me-state">
            {t(online ? "connected" : "notConnected")}
            {online && (status === "dnd" || status === "invisible") && ` · ${ui(status)}`}
          </span>
        </span>
        <Icon name="more" />
      </button>
      {dialog && (
        <WithParts onClose={close}>
          {({ ProfileDialog, SessionsDialog }) => (dialog === "profile" ? <ProfileDialog chat={chat} session={session} onClose={close} /> : <SessionsDialog chat={chat} onClose={close} />)}
        </WithParts>
      )}
    </div>
  );
}

import { messageOf } from "../../chat/asking";
import { ChatError } from "../../../client/src/index";
import { t } from "../../i18n/en/admin";
import { t as ui } from "../../i18n/en/ui";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import type { Deed } from "./deeds";

const words = {
  endSessions: { title: "endSessionsTitle", text: "endSessionsText", action: "endSessions" },
  disable: { title: "disableTitle", text: "disableText", action: "disable" },
  enable: { title: "enableTitle", text: "enableText", action: "enable" },
} as const satisfies Record<Deed, object>;

interface PersonQuestionProps {
  deed: Deed;
  name: string;
  /** It is the admin himself. */
  isUs: boolean;
  onConfirm: () => Promise<void>;
  /** It is done, or is not to be. */
  onClose: () => void;
}

/** Says what it means before somebody is signed out, kept out or let in again. */
export function PersonQuestion({ deed, name, isUs, onConfirm, onClose }: PersonQuestionProps) {
  const { title, text, action } = words[deed];
  const confirm = async () => {
    try {
      await onConfirm();
    } catch (error) {
      return error instanceof ChatError && error.reason === "self" ? t("notYourself") : messageOf(error);
    }
    onClose();
    return undefined;
  };
  return (
    <ConfirmDialog
      title={t(title, { name })}
      text={deed === "endSessions" && isUs ? t("endOwnText") : t(text)}
      action={t(action)}
      keep={ui("cancel")}
      harmless={deed === "enable"}
      onConfirm={confirm}
      onClose={onClose}
    />
  );
}

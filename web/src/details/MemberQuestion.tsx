import { t } from "../i18n/en/details";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { BanDialog } from "./BanDialog";

interface MemberQuestionProps {
  step: "remove" | "ban";
  name: string;
  /** Both return why it was refused; undefined: it is done. */
  onRemove: () => Promise<string | undefined>;
  onBan: (forMs: number) => Promise<string | undefined>;
  /** It is done, or is not to be. */
  onClose: () => void;
}

/** Asks before somebody loses his place in a room. */
export function MemberQuestion({ step, name, onRemove, onBan, onClose }: MemberQuestionProps) {
  const settle = async (asked: Promise<string | undefined>) => {
    const refusal = await asked;
    if (refusal === undefined) onClose();
    return refusal;
  };
  if (step === "ban") return <BanDialog name={name} onBan={(forMs) => settle(onBan(forMs))} onClose={onClose} />;
  return (
    <ConfirmDialog
      title={t("takeOutTitle", { name })}
      text={t("takeOutText")}
      action={t("takeOut")}
      keep={t("keep")}
      onConfirm={() => settle(onRemove())}
      onClose={onClose}
    />
  );
}

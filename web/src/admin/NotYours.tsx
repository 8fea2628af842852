import { t } from "../i18n/en/admin";
import type { AdminPlace } from "../route";
import type { IconName } from "../ui/Icon";
import { Empty } from "./ListEnd";
import { PARTS } from "./places";

interface NotYoursProps {
  place: AdminPlace;
  /** There are other screens for us here. */
  sees: boolean;
  /** We moderate some room. */
  moderates: boolean;
}

/** What is said to those who may not see a screen, or where there is none of this name. */
export function NotYours(props: NotYoursProps) {
  const { icon, title, text } = refusalOf(props);
  return (
    <Empty icon={icon} title={title} alert={icon === "lock"}>
      <p>{text}</p>
    </Empty>
  );
}

function refusalOf({ place: { part, roomId }, sees, moderates }: NotYoursProps): { icon: IconName; title: string; text: string } {
  const known = PARTS.find(({ id }) => id === part);
  if (sees && !known) return { icon: "info", title: t("noScreen"), text: t("chooseOne") };
  if (sees && roomId === undefined) return { icon: "info", title: t("ofOneRoom"), text: t("chooseTheRoom") };
  if (sees && known?.ofRoom === undefined) return { icon: "info", title: t("ofAllRooms"), text: t("chooseAnother") };
  if (sees) return { icon: "lock", title: t("forOwners"), text: t("youModerate") };
  if (roomId !== undefined) return { icon: "lock", title: t("forModerators"), text: t("noneOfThem") };
  if (moderates) return { icon: "shield", title: t("chooseRoom"), text: t("moderatesRooms") };
  return { icon: "lock", title: t("forAdmins"), text: t("notAdmin") };
}

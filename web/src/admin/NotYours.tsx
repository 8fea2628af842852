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
  if (sees && !known) return { icon: "info", title: "There is no such screen", text: "Choose one from the list." };
  if (sees && roomId === undefined) return { icon: "info", title: "This is about one room", text: "Choose the room from the list." };
  if (sees && known?.ofRoom === undefined) return { icon: "info", title: "This is about all rooms", text: "Choose another screen from the list." };
  if (sees) return { icon: "lock", title: "This is for owners of the room", text: "You moderate it: its reports and its audit log are in the list." };
  if (roomId !== undefined) return { icon: "lock", title: "This is for those who moderate the room", text: "You are none of them, or the room is not there." };
  if (moderates) return { icon: "shield", title: "Choose a room", text: "You moderate rooms, not the whole server. Choose one from the list." };
  return { icon: "lock", title: "This is for admins", text: "Your account is not one. Whoever runs this server can make it one." };
}

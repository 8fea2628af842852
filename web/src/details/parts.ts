// What is loaded when somebody first looks at a room's details, makes or finds a room, or looks at what else stands in a dialog.

export { Lightbox } from "../attachments/Lightbox";
export { CreateRoom } from "../rooms/CreateRoom";
export { FindRoom } from "../rooms/FindRoom";
export { KeysDialog } from "../keys/KeysDialog";
export { ReactedDialog } from "../emoji/ReactedDialog";
export { ReportDialog } from "../timeline/ReportDialog";
export { NewDirect } from "../rooms/NewDirect";
export { FiltersDialog } from "../search/FiltersDialog";
export { ProfileDialog } from "../profile/ProfileDialog";
export { SessionsDialog } from "../sessions/SessionsDialog";
export { UnsentDialog } from "../unsent/UnsentDialog";
export { RoomPanel } from "./RoomPanel";
export { ThreadsDialog } from "../threads/ThreadsDialog";
export { VersionsDialog } from "../timeline/VersionsDialog";
export { ReadersDialog } from "../timeline/ReadersDialog";

// What is loaded when somebody first looks at a room's details, or makes or finds a room.

export { CreateRoom } from "../rooms/CreateRoom";
export { FindRoom } from "../rooms/FindRoom";
export { NewDirect } from "../rooms/NewDirect";
export { UnsentDialog } from "../unsent/UnsentDialog";
export { RoomPanel } from "./RoomPanel";
export { ThreadsDialog } from "../threads/ThreadsDialog";

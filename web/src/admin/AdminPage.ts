// What is loaded when somebody first looks at the screens of moderators and admins.

import "./admin.css";
import "./rows.css";

export { AdminView } from "./AdminView";

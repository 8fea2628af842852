// What is loaded when somebody first looks at the screens of moderators and admins.

import "./admin.css";
import "./rows.css";
import "./health/health.css";

export { AdminView } from "./AdminView";

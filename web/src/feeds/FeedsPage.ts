// What is loaded when somebody first looks at the feeds.

import "../styles/feeds.css";
import "../styles/feed-events.css";

export { Feeds } from "./feeds";
export { FeedsView } from "./FeedsView";

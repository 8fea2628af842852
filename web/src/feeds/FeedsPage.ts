// What is loaded when somebody first looks at the feeds.

import "../styles/feeds.css";

export { Feeds } from "./feeds";
export { FeedsView } from "./FeedsView";

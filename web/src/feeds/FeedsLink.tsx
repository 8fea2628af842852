import { feedPath, goToFeed } from "../route";
import { Icon } from "../ui/Icon";
import { isOwnClick } from "../ui/ownClick";

/** The way from the rooms to the feeds. */
export function FeedsLink() {
  return (
    <a
      class="button-icon"
      href={feedPath("")}
      aria-label="Live feeds"
      title="Live feeds"
      onClick={(event) => {
        if (!isOwnClick(event)) return;
        event.preventDefault();
        goToFeed("");
      }}
    >
      <Icon name="feed" />
    </a>
  );
}

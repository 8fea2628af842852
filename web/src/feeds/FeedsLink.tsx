import { t } from "../i18n/en/ways";
import { feedPath, goToFeed } from "../route";
import { followHere } from "../ui/followHere";
import { Icon } from "../ui/Icon";

/** The way from the rooms to the feeds. */
export function FeedsLink() {
  return (
    <a
      class="button-icon"
      href={feedPath("")}
      aria-label={t("liveFeeds")}
      title={t("liveFeeds")}
      onClick={followHere(() => goToFeed(""))}
    >
      <Icon name="feed" />
    </a>
  );
}

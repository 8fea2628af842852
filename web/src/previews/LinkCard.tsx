import "./previews.css";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { t } from "../i18n/en/previews";
import { type Words, words } from "../i18n/words";
import type { Item } from "../timeline/rows";
import { Icon } from "../ui/Icon";
import { mayHavePreview, withoutPreview } from "./link";
import type { LinkPreviews } from "./previews";
import { showsPreviews } from "./setting";

/** The room whose messages are shown. */
interface Place {
  readonly roomId: string;
  /** Gives a message another text, where one may write; resolves to why that could not be. */
  readonly edit?: (seq: number, text: string) => Promise<Words | undefined>;
  readonly say?: (line: Words) => void;
}

export const PreviewsOfRoom = createContext<Place | undefined>(undefined);

interface LinkCardProps {
  item: Item;
  previews: LinkPreviews;
  tabIndex: 0 | -1;
}

/** What the link of a message leads to, once that is known. A card that comes late does not move what one reads: the timeline keeps the place. */
export function LinkCard({ item, previews, tabIndex }: LinkCardProps) {
  const place = useContext(PreviewsOfRoom);
  const isWanted = place !== undefined && item.seq > 0 && showsPreviews.value && mayHavePreview(item.text);
  const preview = isWanted ? previews.of(place.roomId, item.seq, item.text).value : undefined;
  if (!preview || !place) return null;
  const { edit, say } = place;
  const text = item.own && edit ? withoutPreview(item.text) : undefined;
  const remove = async () => {
    const refusal = text === undefined ? undefined : await edit?.(item.seq, text);
    if (refusal !== undefined) say?.(words(() => t("notRemoved", { why: refusal.text })));
  };
  return (
    <div class="link-card" dir="auto">
      <p class="link-host">{new URL(preview.url).host}</p>
      <a class="link-title" tabIndex={tabIndex} href={preview.url} target="_blank" rel="noopener noreferrer nofollow">
        {preview.title}
      </a>
      {preview.description !== "" && <p class="link-description">{preview.description}</p>}
      {text !== undefined && (
        <button type="button" class="link-remove" tabIndex={tabIndex} aria-label={t("remove")} title={t("remove")} onClick={() => void remove()}>
          <Icon name="close" size={16} />
        </button>
      )}
    </div>
  );
}

import { useContext, useEffect, useState } from "preact/hooks";
import { type SharedFile, sizeText } from "../attachments/attachment";
import { FilesOfRoom } from "../attachments/Attachments";
import type { Chat } from "../chat/chat";
import { t } from "../i18n/en/details";
import { goToMessage, messagePath } from "../route";
import { followHere } from "../ui/followHere";
import { Icon } from "../ui/Icon";
import { dateAndTime, exactTime } from "../ui/time";

interface FileCardProps {
  chat: Chat;
  roomId: string;
  file: SharedFile;
  /** Called when its message was gone to. */
  onOpened: () => void;
}

/** A file of a room: what it is, who sent it and when. It leads to its message, where it is opened. */
export function FileCard({ chat, roomId, file, onOpened }: FileCardProps) {
  const picture = useThumbnail(file);
  return (
    <li class="card" data-seq={file.seq}>
      <a
        class="file-link"
        href={messagePath(roomId, file.seq)}
        onClick={followHere(() => {
          onOpened();
          goToMessage(roomId, file.seq);
        })}
      >
        <span class="file-picture">{picture === undefined ? <Icon name="file" size={24} /> : <img src={picture} alt="" width={48} height={48} decoding="async" loading="lazy" />}</span>
        <span class="file-words">
          <bdi class="card-author">{file.name}</bdi>
          <span class="file-more">
            {file.author === chat.user.id ? t("fileByYou", { size: sizeText(file.size) }) : t.rich("fileBy", { size: sizeText(file.size), name: <bdi>{file.authorName}</bdi> })}
          </span>
          <time class="file-more" dateTime={new Date(file.at).toISOString()} title={exactTime(file.at)}>
            {dateAndTime(file.at)}
          </time>
        </span>
      </a>
    </li>
  );
}

/** The address of a file's thumbnail, once it is known; undefined: there is none, or not yet. */
function useThumbnail({ id, thumbnail }: SharedFile): string | undefined {
  const files = useContext(FilesOfRoom);
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!thumbnail) return undefined;
    let wanted = true;
    files?.link(id).then(
      (link) => wanted && setUrl(link.thumbnailUrl),
      () => undefined, // its drawing stays
    );
    return () => {
      wanted = false;
    };
  }, [files, id, thumbnail]);
  return url;
}

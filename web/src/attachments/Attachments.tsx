import "./attachments.css";
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { wordsOf } from "../chat/asking";
import { t } from "../i18n/en/attachments";
import { type Words, words } from "../i18n/words";
import { Icon } from "../ui/Icon";
import { type Attachment, isImage, playerOf, sizeText } from "./attachment";
import type { Link, RoomFiles } from "./files";
import { Player } from "./Player";

/** The files of the room that is shown. */
export const FilesOfRoom = createContext<RoomFiles | undefined>(undefined);

/** The longest side of a preview, in CSS pixels: a thumbnail has 512 of the screen's. */
const PREVIEW_SIDE = 320;

/** A message's files: images as previews, films and sounds to be played, all else as cards. */
export function Attachments({ seq, list, tabIndex }: { seq: number; list: readonly Attachment[]; tabIndex: number }) {
  const files = useContext(FilesOfRoom);
  const images = list.filter(isImage);
  return (
    <ul class="attachments" aria-label={t("list")}>
      {list.map((file) => {
        const player = playerOf(file);
        return (
          <li key={file.id}>
            {player && files && <Player kind={player} file={file} files={files} tabIndex={tabIndex} />}
            <Shown file={file} files={files} tabIndex={tabIndex} onView={() => files && (files.viewed.value = { seq, images, at: images.indexOf(file) })} />
          </li>
        );
      })}
    </ul>
  );
}

interface ShownProps {
  file: Attachment;
  files: RoomFiles | undefined;
  tabIndex: number;
  /** Of an image: shows it large. */
  onView: () => void;
}

function Shown({ file, files, tabIndex, onView }: ShownProps) {
  const [link, setLink] = useState<Link>();
  const [isLost, setLost] = useState(false); // there is no preview to be had
  const [fault, setFault] = useState<Words>();
  const preview = file.thumbnail && file.width > 0;
  useEffect(() => {
    if (!preview) return;
    let gone = false;
    files?.link(file.id).then(
      (made) => !gone && setLink(made),
      () => !gone && setLost(true), // opening it says why
    );
    return () => {
      gone = true;
    };
  }, [files, file.id, preview]);
  const open = async () => {
    if (isImage(file)) return onView();
    setFault(undefined);
    // Opened at once, as a browser wants it of a click; the address follows.
    const page = window.open("about:blank", "_blank");
    if (!page) return setFault(words(() => t("noWindow")));
    try {
      const made = await files?.link(file.id);
      if (!made) return page.close();
      page.opener = null;
      page.location.replace(made.url);
    } catch (error) {
      page.close();
      setFault(wordsOf(error));
    }
  };
  const onClick = () => void open();
  const problem = fault && (
    <p class="attachment-problem" role="alert" dir="auto">
      {t.rich("notOpened", { name: <bdi>{file.name}</bdi>, why: fault.text })}
    </p>
  );
  if (!preview || isLost) {
    return (
      <>
        <button type="button" class="attachment-card" tabIndex={tabIndex} onClick={onClick}>
          <Icon name="file" />
          <span class="attachment-name" dir="auto">
            {file.name}
          </span>
          <span class="attachment-size">{sizeText(file.size)}</span>
        </button>
        {problem}
      </>
    );
  }
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(file.width, file.height));
  const width = Math.max(1, Math.round(file.width * scale));
  const height = Math.max(1, Math.round(file.height * scale));
  return (
    <>
      <button type="button" class="attachment-image" tabIndex={tabIndex} aria-label={t("open", { name: file.name })} title={file.name} style={{ width: `${width}px`, aspectRatio: `${width} / ${height}` }} onClick={onClick}>
        {link?.thumbnailUrl !== undefined && <img src={link.thumbnailUrl} alt={file.name} width={width} height={height} decoding="async" onError={() => setLost(true)} />}
      </button>
      {problem}
    </>
  );
}

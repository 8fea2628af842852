import { useEffect } from "preact/hooks";
import { WithParts } from "../details/WithParts";
import type { RoomFiles } from "./files";

/** Where a room's images are shown large. It stands outside the messages: what one looks at stays when they scroll. */
export function LightboxPlace({ files }: { files: RoomFiles }) {
  const viewed = files.viewed.value;
  const close = () => {
    files.viewed.value = undefined;
  };
  useEffect(() => close, [files]);
  if (!viewed) return null;
  return <WithParts onClose={close}>{({ Lightbox }) => <Lightbox files={files} viewed={viewed} onClose={close} />}</WithParts>;
}

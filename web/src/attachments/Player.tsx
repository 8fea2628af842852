import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/en/attachments";
import { t as ui } from "../i18n/en/ui";
import type { Attachment } from "./attachment";
import type { RoomFiles } from "./files";

interface PlayerProps {
  kind: "video" | "audio";
  file: Attachment;
  files: RoomFiles;
  tabIndex: number;
}

/** A film or a sound, played where it stands, once somebody has it played. It is as large before it is loaded as after. */
export function Player({ kind, file, files, tabIndex }: PlayerProps) {
  const [source, setSource] = useState({ url: "", tries: 0 });
  const [failed, setFailed] = useState(false);
  const renewedAt = useRef(-1); // where it was when it was given another address, in seconds; -1: since then it was played on
  const reached = useRef(0); // in seconds
  const resumed = useRef<{ at: number; plays: boolean }>(undefined); // where it goes on once it is loaded again
  const load = (anew: boolean) => {
    files.link(file.id, anew).then(
      // Tried again it is another element: of the same address one would not load again.
      ({ url }) => setSource(({ tries }) => ({ url, tries: anew ? tries + 1 : tries })),
      () => setFailed(true),
    );
  };
  useEffect(() => load(false), [files, file.id]);
  if (failed) {
    return (
      // Of what nobody has had played nobody is told aloud.
      <p class={`attachment-${kind} attachment-failed`} role={reached.current > 0 ? "alert" : undefined}>
        {t("notPlayed")}{" "}
        <button
          type="button"
          class="button-link"
          tabIndex={tabIndex}
          onClick={() => {
            setSource({ ...source, url: "" });
            setFailed(false);
            load(true);
          }}
        >
          {ui("tryAgain")}
        </button>
      </p>
    );
  }
  const shared = {
    class: `attachment-${kind}`,
    src: source.url || undefined,
    controls: true,
    preload: "metadata" as const,
    tabIndex,
    "aria-label": file.name,
    onTimeUpdate: ({ currentTarget }: { currentTarget: HTMLMediaElement }) => {
      reached.current = currentTarget.currentTime;
      if (reached.current > renewedAt.current) renewedAt.current = -1;
    },
    onLoadedMetadata: ({ currentTarget }: { currentTarget: HTMLMediaElement }) => {
      const { at, plays } = resumed.current ?? { at: 0, plays: false };
      resumed.current = undefined;
      if (at > 0) currentTarget.currentTime = at;
      if (plays) currentTarget.play().catch(() => undefined); // it stands there to be pressed
    },
    onError: ({ currentTarget }: { currentTarget: HTMLMediaElement }) => {
      // What is played for longer than its address is good for asks for the rest with another. A file that is damaged stays so.
      if (renewedAt.current >= 0 || currentTarget.error?.code === MediaError.MEDIA_ERR_DECODE) return setFailed(true);
      renewedAt.current = reached.current;
      resumed.current = { at: reached.current, plays: !currentTarget.paused };
      load(true);
    },
  };
  return kind === "video" ? <video key={source.tries} {...shared} playsInline /> : <audio key={source.tries} {...shared} />;
}

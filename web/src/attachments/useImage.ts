import { useEffect, useState } from "preact/hooks";
import type { Link, RoomFiles } from "./files";

/** How often the address that leads to the original is looked after, in ms: one is good for minutes only. */
const RENEW_MS = 30_000;

interface State {
  readonly key: string;
  readonly src?: string;
  readonly url?: string;
  /** null: the browser could not show it; else what the server said. */
  readonly failure?: unknown;
}

export interface ShownImage {
  /** Another one for each image, and each time it is tried. */
  readonly key: string;
  /** Where it is shown from; undefined: not yet. It stays, or the image would be loaded again. */
  readonly src: string | undefined;
  /** Where its original is now. */
  readonly url: string | undefined;
  readonly failure: unknown;
  readonly fail: () => void;
  readonly retry: () => void;
}

/** The address of an image, as long as it is looked at. */
export function useImage(files: RoomFiles, id: string): ShownImage {
  const [tries, setTries] = useState(0);
  const key = `${id}/${tries}`;
  const [state, setState] = useState<State>({ key });
  useEffect(() => {
    let wanted = true;
    const shown = ({ url }: Link) => wanted && setState((before) => ({ key, src: url, ...(before.key === key && before), url }));
    files.link(id, tries > 0).then(shown, (failure: unknown) => wanted && setState({ key, failure }));
    const timer = setInterval(() => void files.link(id).then(shown, () => undefined), RENEW_MS);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [files, key]);
  const { src, url, failure } = state.key === key ? state : { src: undefined, url: undefined, failure: undefined };
  return { key, src, url, failure, fail: () => setState({ key, failure: null, ...(url !== undefined && { url }) }), retry: () => setTries(tries + 1) };
}

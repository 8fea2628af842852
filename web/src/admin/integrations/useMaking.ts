import { useState } from "preact/hooks";
import { messageOf } from "../../chat/asking";

export interface Making {
  /** What was told of the one just made; empty: none was. */
  readonly made: string;
  readonly busy: boolean;
  readonly error: string | undefined;
  readonly make: (request: () => Promise<string>) => Promise<void>;
}

/** Makes one thing at a time, and keeps the secret that is told of the newest. */
export function useMaking(onMade: () => void): Making {
  const [made, setMade] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const make = async (request: () => Promise<string>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      setMade(await request());
      onMade();
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  };
  return { made, busy, error: failure === undefined ? undefined : messageOf(failure), make };
}

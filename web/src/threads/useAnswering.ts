import { useEffect, useState } from "preact/hooks";
import type { Drafts } from "../composer/drafts";

/** Which message is answered in a room's own field, 0: none. It is kept as what was typed is. */
export function useAnswering(roomId: string, drafts: Drafts): [seq: number, set: (seq: number) => void] {
  const key = `${roomId}/answers`;
  const [chosen, setChosen] = useState<{ key: string; seq: number }>();
  // Another tab may have chosen another, or sent it.
  useEffect(() => drafts.listen(key, () => setChosen({ key, seq: Number(drafts.get(key)) })), [drafts, key]);
  const seq = chosen?.key === key ? chosen.seq : Number(drafts.get(key));
  return [
    Number.isSafeInteger(seq) && seq > 0 ? seq : 0,
    (next) => {
      setChosen({ key, seq: next });
      drafts.set(key, next > 0 ? String(next) : "");
    },
  ];
}

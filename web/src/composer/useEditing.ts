import { useState } from "preact/hooks";
import { isFields } from "../protocol-decode";
import type { Drafts } from "./drafts";

/** A message that is given another text: of which it is, what it was, and what is typed. */
export interface Editing {
  readonly seq: number;
  readonly before: string;
  readonly text: string;
}

interface Edits {
  edited: Editing | undefined;
  /** How often it was asked for here; 0: it was found again. Each time it comes in sight and takes the focus. */
  asked: number;
  /** What is edited already goes on. */
  begin: (message: { seq: number; text: string }) => void;
  show: () => void;
  type: (text: string) => void;
  /** seq: only where that is what is edited; another may have been begun while it was being saved. */
  end: (seq: number) => void;
}

/** Which message is edited at a place, and how far that is. It is kept as what was typed is: who looks at another room meanwhile finds it again. */
export function useEditing(place: string, drafts: Drafts): Edits {
  const key = `${place}/edit`;
  const [asked, setAsked] = useState({ of: "", times: 0 });
  const edited = decodeEditing(drafts.own(key).value);
  const put = (next: Editing | undefined) => drafts.put(key, next ? JSON.stringify(next) : "");
  const ask = (seq: number) => setAsked(({ times }) => ({ of: `${key}/${seq}`, times: times + 1 }));
  return {
    edited,
    asked: edited !== undefined && asked.of === `${key}/${edited.seq}` ? asked.times : 0,
    begin: ({ seq, text }) => {
      ask(seq);
      if (edited?.seq !== seq) put({ seq, before: text, text });
    },
    show: () => edited && ask(edited.seq),
    type: (text) => edited && put({ ...edited, text }),
    end: (seq) => {
      if (decodeEditing(drafts.own(key).peek())?.seq === seq) put(undefined);
    },
  };
}

/** What is not of its form counts as nothing: it is of another version of the page. */
export function decodeEditing(kept: string): Editing | undefined {
  try {
    const it: unknown = JSON.parse(kept);
    if (!isFields(it)) return undefined;
    const { seq, before, text } = it;
    if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1 || typeof before !== "string" || typeof text !== "string") return undefined;
    return { seq, before, text };
  } catch {
    return undefined;
  }
}

import { useEffect, useState } from "preact/hooks";
import { Icon } from "../ui/Icon";

/** How long the reader must pause in typing before a search begins, in ms: a word is typed faster. */
const PAUSE_MS = 300;

interface SearchRowProps {
  label: string;
  maxLength: number;
  onSearch: (text: string) => void;
}

/** Finds rows of a list as one types. */
export function SearchRow({ label, maxLength, onSearch }: SearchRowProps) {
  const [text, setText] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => onSearch(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="admin-search">
      <Icon name="search" size={18} />
      <input type="search" aria-label={label} placeholder={label} value={text} maxLength={maxLength} onInput={(event) => setText(event.currentTarget.value)} autocomplete="off" spellcheck={false} />
    </div>
  );
}

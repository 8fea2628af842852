// What a message's text is made of. The text itself stays as it was typed; this is only how the page shows it.

/** Inside a line. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "mention"; readonly text: string; readonly isUs: boolean }
  | { readonly kind: "code"; readonly text: string }
  /** isNamed: it says something else than its address. */
  | { readonly kind: "link"; readonly href: string; readonly isNamed: boolean; readonly children: readonly Inline[] }
  | { readonly kind: Emphasis; readonly children: readonly Inline[] };

export type Emphasis = "strong" | "em" | "s";

export type Block =
  | { readonly kind: "text"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly code: string; readonly language: string }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | { readonly kind: "list"; readonly isOrdered: boolean; readonly items: readonly ListItem[] };

export interface ListItem {
  /** As typed; 0 in a list without numbers. */
  readonly number: number;
  readonly blocks: readonly Block[];
}

/** Characters looked at so far. The tests hold that it grows as the text does, whatever the text is. */
export interface Work {
  characters: number;
}

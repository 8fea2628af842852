// A text that stays on the page when another language is chosen: it is kept as what it is made of, and put in words when it is drawn.

/** What is said of something, in the language that the page speaks when it is read. */
export interface Words {
  readonly text: string;
}

/** say: makes the text, from what it was given and the catalogue. */
export function words(say: () => string): Words {
  return {
    get text() {
      return say();
    },
  };
}

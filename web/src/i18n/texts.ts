// What the page says. The English texts of a folder stand in en/<folder>.ts, beside their keys; t takes the same key's text of the
// language that is spoken. Read while a component is drawn, it draws it again when another language is chosen.

import type { ComponentChildren } from "preact";
import type { ArgumentsOf, RichArgumentsOf } from "./arguments";
import { speech, speechOf, spoken } from "./language";
import { type Part, parse, piecesOf } from "./message";

type Messages = Readonly<Record<string, string>>;

/** Nothing, where a message needs nothing. */
type Given<A> = keyof A extends never ? [] : [args: A];

export interface Translate<M extends Messages> {
  <K extends keyof M & string>(key: K, ...args: Given<ArgumentsOf<M[K]>>): string;
  /** A message in which elements of the page stand for arguments. */
  rich<K extends keyof M & string>(key: K, args: RichArgumentsOf<M[K], ComponentChildren>): ComponentChildren;
  readonly folder: string;
  readonly english: M;
}

/** All the same keys, in another language. */
export type Translation<T> = T extends Translate<infer M> ? { readonly [K in keyof M]: string } : never;

/** The texts of a folder of the page, in English. */
export function texts<const M extends Messages>(folder: string, english: M): Translate<M> {
  const pieces = <T>(key: string, args: Readonly<Record<string, T | string | number>>): (T | string)[] => {
    const translated = spoken.value.texts?.[folder]?.[key];
    // A page that is older than the file of its language may have keys that it lacks.
    if (translated === undefined) return piecesOf(parsed(english[key] ?? ""), args, spoken.value.tag === "en" ? speech.value : ENGLISH);
    return piecesOf(parsed(translated), args, speech.value);
  };
  const translate = (key: string, args: Record<string, string | number> = {}) => pieces(key, args).join("");
  const rich = (key: string, args: Record<string, ComponentChildren>) => pieces(key, args as Record<string, string>);
  return Object.assign(translate, { rich, folder, english }) as unknown as Translate<M>;
}

const ENGLISH = speechOf("en", "en-GB");

/** Every message that was said, as it was read. As many as the languages that were spoken have. */
const read = new Map<string, readonly Part[]>();

function parsed(message: string): readonly Part[] {
  let parts = read.get(message);
  if (!parts) read.set(message, (parts = parse(message)));
  return parts;
}

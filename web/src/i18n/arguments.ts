// What a message must be given, read by the compiler out of the message itself. Braces alternate: one that opens in a text
// begins an argument, one that opens in an argument begins a text.

type Trim<S extends string> = S extends ` ${infer R}` ? Trim<R> : S extends `${infer R} ` ? Trim<R> : S;

/** Pairs of name and type; what stands in a text. */
type InText<S extends string> = S extends `${infer Before}{${infer Behind}`
  ? Before extends `${string}}${infer Rest}`
    ? InArgument<`${Rest}{${Behind}`>
    : Named<Behind>
  : S extends `${string}}${infer Rest}`
    ? InArgument<Rest>
    : never;

/** What stands in an argument behind its name: its cases, up to its end. */
type InArgument<S extends string> = S extends `${infer Before}{${infer Behind}`
  ? Before extends `${string}}${infer Rest}`
    ? InText<`${Rest}{${Behind}`>
    : InText<Behind>
  : S extends `${string}}${infer Rest}`
    ? InText<Rest>
    : never;

type Named<S extends string> = S extends `${infer Head}}${infer Rest}`
  ? Head extends `${infer Name},${infer Kind}`
    ? Kind extends `${infer Word},${string}`
      ? [Trim<Name>, Trim<Word> extends "plural" ? number : string] | InArgument<S>
      : [Trim<Name>, number] | InText<Rest>
    : [Trim<Head>, string] | InText<Rest>
  : never;

/** What a message must be given: numbers, words of another. */
export type ArgumentsOf<M extends string> = { readonly [Pair in InText<M> as Pair[0]]: Pair[1] };

/** The same where a text may be an element of the page. */
export type RichArgumentsOf<M extends string, Element> = { readonly [Pair in InText<M> as Pair[0]]: Pair[1] extends string ? Element | string : Pair[1] };

// What the lexer knows of each language: so much as its comments, strings, numbers and keywords need.

/** What a piece of code is; what is none of these is plain. */
export type Kind = "keyword" | "string" | "number" | "comment";

/** Something between two marks. */
export interface Quote {
  readonly open: string;
  readonly close: string;
  /** A backslash takes the next character along. */
  readonly hasEscapes: boolean;
  /** It may go over lines; else it ends with its line, closed or not. */
  readonly isLong: boolean;
  /** It is no string. */
  readonly isPlain?: boolean;
}

export interface Grammar {
  readonly keywords: ReadonlySet<string>;
  readonly isCaseless?: boolean;
  /** What begins a comment that ends with its line. */
  readonly lineComments: readonly string[];
  /** A comment begins where a word could, and nowhere else. */
  readonly hasWordComments?: boolean;
  readonly blockComment?: readonly [open: string, close: string];
  /** Block comments stand in one another. */
  readonly nests?: boolean;
  /** Those whose mark begins with another's come before it. */
  readonly quotes: readonly Quote[];
  /** Stands within words beside letters, digits, _ and $. */
  readonly inWords?: string;
  /** Stands between the digits of a number. */
  readonly inNumbers?: string;
  /** What needs a rule of its own. */
  readonly extra?: "script" | "c" | "rust" | "shell" | "markup" | "style";
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));
const short = (mark: string): Quote => ({ open: mark, close: mark, hasEscapes: true, isLong: false });
const long = (mark: string, hasEscapes: boolean): Quote => ({ open: mark, close: mark, hasEscapes, isLong: true });
const SLASHES = { lineComments: ["//"], blockComment: ["/*", "*/"] } as const;

const SCRIPT = "as async await break case catch class const continue debugger default delete do else export extends false finally for from function get if import in instanceof let new null of return set static super switch this throw true try typeof undefined var void while with yield";

const javascript: Grammar = { ...SLASHES, keywords: words(SCRIPT), quotes: [short('"'), short("'")], extra: "script" };
const typescript: Grammar = {
  ...javascript,
  keywords: words(`${SCRIPT} abstract any asserts boolean declare enum implements infer interface is keyof namespace never number object private protected public readonly satisfies string symbol type unknown`),
};
const go: Grammar = {
  ...SLASHES,
  keywords: words("break case chan const continue default defer else fallthrough false for func go goto if import interface iota map nil package range return select struct switch true type var"),
  quotes: [short('"'), short("'"), long("`", false)],
};
const python: Grammar = {
  lineComments: ["#"],
  keywords: words("and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield False None True"),
  quotes: [long('"""', true), long("'''", true), short('"'), short("'")],
};
const java: Grammar = {
  ...SLASHES,
  keywords: words("abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally float for goto if implements import instanceof int interface long native new null package permits private protected public record return sealed short static strictfp super switch synchronized this throw throws transient true try var void volatile while yield"),
  quotes: [long('"""', true), short('"'), short("'")],
};
const C = "auto break case char const continue default do double else enum extern false float for goto if inline int long nullptr register restrict return short signed sizeof static struct switch true typedef union unsigned void volatile while";
const c: Grammar = { ...SLASHES, keywords: words(C), quotes: [short('"'), short("'")], inNumbers: "'", extra: "c" };
const cpp: Grammar = {
  ...c,
  keywords: words(`${C} alignas alignof and bool catch class co_await co_return co_yield concept consteval constexpr constinit const_cast decltype delete dynamic_cast explicit export final friend mutable namespace new noexcept not operator or override private protected public reinterpret_cast requires static_assert static_cast template this thread_local throw try typeid typename using virtual wchar_t xor`),
};
const rust: Grammar = {
  ...SLASHES,
  nests: true,
  keywords: words("as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self static struct super trait true type union unsafe use where while Self"),
  quotes: [long('"', true)],
  extra: "rust",
};
const shell: Grammar = {
  lineComments: ["#"],
  hasWordComments: true,
  keywords: words("alias break case continue declare do done elif else esac eval exec exit export fi for function if in local readonly return select set shift source then time trap unalias unset until while"),
  quotes: [long('"', true), long("'", false)],
  inWords: "-",
  extra: "shell",
};
const sql: Grammar = {
  lineComments: ["--"],
  blockComment: ["/*", "*/"],
  isCaseless: true,
  keywords: words(
    "add all alter and any as asc begin between by case cascade check column commit constraint create cross current_timestamp database default delete desc distinct drop else end except exists false for foreign from full function grant group having if in index inner insert intersect into is join key left like limit not null offset on or order outer over partition primary references returning revoke right rollback select set table then to transaction trigger true union unique update using values view when where with",
  ),
  // A quote in it is written twice: two strings side by side.
  quotes: [long("'", false), { ...long('"', false), isPlain: true }],
};
const json: Grammar = { lineComments: [], keywords: words("true false null"), quotes: [short('"')] };
const markup: Grammar = { lineComments: [], blockComment: ["<!--", "-->"], keywords: words(""), quotes: [long('"', false), long("'", false)], extra: "markup" };
const style: Grammar = { lineComments: [], blockComment: ["/*", "*/"], keywords: words(""), quotes: [short('"'), short("'")], inWords: "-", extra: "style" };

/** By what stands behind a fence, in lower case. useHighlight.ts knows the same names. */
export const GRAMMARS: ReadonlyMap<string, Grammar> = new Map(
  (
    [
      [javascript, "js jsx mjs cjs javascript"],
      [typescript, "ts tsx mts cts typescript"],
      [go, "go golang"],
      [python, "py python"],
      [java, "java"],
      [c, "c h"],
      [cpp, "cpp cc cxx hpp c++"],
      [rust, "rs rust"],
      [shell, "sh bash zsh shell"],
      [sql, "sql"],
      [json, "json"],
      [markup, "html htm xml svg"],
      [style, "css"],
    ] as const
  ).flatMap(([grammar, names]) => names.split(" ").map((name) => [name, grammar] as const)),
);

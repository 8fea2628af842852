// The form of the messages: ICU MessageFormat, as far as a chat needs it, so that every translator's tool reads them.
//
//	{name}                                     a text, or a number in the language's own digits
//	{n, number}                                a number
//	{n, plural, one {# file} other {# files}}  by the language's plural rules; =0 and the like before them; # is the number
//	{way, select, guest {…} other {…}}         by a word
//
// There is no quoting: an apostrophe is ’, and a text holds no brace and, within a plural, no # of its own.

/** Part of a message: text, or what stands for an argument. */
export type Part = string | Argument;

interface Argument {
  readonly name: string;
  readonly kind: "plain" | "number" | "plural" | "select";
  /** What is said in which case, of plural and select. */
  readonly cases: ReadonlyMap<string, readonly Part[]>;
}

/** Reads a message. It throws where the message is none: those of the catalogue are all read by a test. */
export function parse(message: string): readonly Part[] {
  const reader = new Reader(message);
  const parts = reader.parts(undefined);
  if (!reader.isAtEnd) throw new Error(`the message ${message} has a } too many`);
  return parts;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  /** Reads up to the brace that ends it. counted: what # stands for. */
  parts(counted: string | undefined): Part[] {
    const parts: Part[] = [];
    let plain = "";
    const flush = () => {
      if (plain !== "") parts.push(plain);
      plain = "";
    };
    for (; !this.isAtEnd && this.text[this.at] !== "}"; ) {
      const char = this.text.charAt(this.at++);
      if (char === "{") {
        flush();
        parts.push(this.argument(counted));
      } else if (char === "#" && counted !== undefined) {
        flush();
        parts.push({ name: counted, kind: "number", cases: new Map() });
      } else plain += char;
    }
    flush();
    return parts;
  }

  private argument(counted: string | undefined): Argument {
    const name = this.word();
    if (this.take("}")) return { name, kind: "plain", cases: new Map() };
    this.expect(",");
    const kind = this.word();
    if (kind !== "number" && kind !== "plural" && kind !== "select") throw this.wrong(`${kind} is no kind of argument`);
    const cases = new Map<string, readonly Part[]>();
    if (kind !== "number") {
      this.expect(",");
      while (this.next() !== "}") {
        const which = this.word();
        this.expect("{");
        cases.set(which, this.parts(kind === "plural" ? name : counted));
        this.expect("}");
      }
      if (!cases.has("other")) throw this.wrong(`{${name}, ${kind}} lacks the case "other"`);
    }
    this.expect("}");
    return { name, kind, cases };
  }

  private next(): string {
    while (this.text[this.at] === " " || this.text[this.at] === "\n") this.at++;
    return this.text.charAt(this.at);
  }

  private word(): string {
    this.next();
    const from = this.at;
    while (/[\w=]/u.test(this.text.charAt(this.at))) this.at++;
    if (this.at === from) throw this.wrong("a name is missing");
    return this.text.slice(from, this.at);
  }

  private take(char: string): boolean {
    if (this.next() !== char) return false;
    this.at++;
    return true;
  }

  private expect(char: string): void {
    if (!this.take(char)) throw this.wrong(`${char} is missing`);
  }

  private wrong(why: string): Error {
    return new Error(`the message ${this.text} cannot be read at ${this.at}: ${why}`);
  }
}

/** What a message needs of a language. */
export interface Speech {
  readonly plurals: Intl.PluralRules;
  readonly numbers: Intl.NumberFormat;
  /** A text of another's words, kept from turning what stands around it. */
  isolate(text: string): string;
}

/** The pieces of a message with its arguments, in order. An argument that is neither text nor number stays what it is. */
export function piecesOf<T>(parts: readonly Part[], args: Readonly<Record<string, T | string | number>>, speech: Speech): (T | string)[] {
  return parts.flatMap((part): (T | string)[] => {
    if (typeof part === "string") return [part];
    const value = args[part.name];
    if (value === undefined) throw new Error(`the argument ${part.name} is missing`);
    switch (part.kind) {
      case "plural": {
        const count = Number(value);
        return piecesOf(part.cases.get(`=${count}`) ?? caseOf(part, speech.plurals.select(count)), args, speech);
      }
      case "select":
        return piecesOf(caseOf(part, String(value)), args, speech);
      default:
        if (typeof value === "number") return [speech.numbers.format(value)];
        return [typeof value === "string" ? speech.isolate(value) : value];
    }
  });
}

function caseOf({ cases }: Argument, which: string): readonly Part[] {
  return cases.get(which) ?? cases.get("other") ?? [];
}

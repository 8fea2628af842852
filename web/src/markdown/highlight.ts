// Code in the colours of its language. The text is cut into pieces and never changed: put together again they are what was typed.
//
// Cost: one pass. Every rule either takes what it has looked at, or remembers that it need not look there again; there are no regular
// expressions that go over the text.

import { type Grammar, GRAMMARS, type Kind, type Quote } from "./grammars";
import type { Work } from "./tree";

export interface Piece {
  readonly text: string;
  /** Absent: plain. */
  readonly kind?: Kind;
}

/** The pieces of a code, in order. A language that is not known leaves one, plain. */
export function highlight(code: string, language: string, work: Work = { characters: 0 }): readonly Piece[] {
  const grammar = GRAMMARS.get(language.toLowerCase());
  return grammar ? new Lexer(code, grammar, work).pieces() : [{ text: code }];
}

/** Keywords that stand for a value: what comes behind them divides, and begins no regular expression. */
const VALUES: ReadonlySet<string> = new Set(["this", "super", "null", "true", "false", "undefined"]);
/** Before a string: there are no escapes in it, and its end is spelled out. */
const RAW_C: ReadonlySet<string> = new Set(["R", "LR", "uR", "UR", "u8R"]);
const RAW_RUST: ReadonlySet<string> = new Set(["r", "br", "cr"]);
const LETTER: Quote = { open: "'", close: "'", hasEscapes: true, isLong: false };
/** The longest name that the end of a raw string of C++ may have. */
const MOST_RAW_NAME = 16;

class Lexer {
  private readonly found: Piece[] = [];
  private at = 0;
  private plainFrom = 0;
  /** The last word, where it has just ended. */
  private word = "";
  /** What came last is a value, or ends one. */
  private isValue = false;
  /** Nothing but blanks stands before, on this line. */
  private isFresh = true;
  /** How many braces are open, and how many were where each ${ of a template stands. */
  private braces = 0;
  private readonly templates: number[] = [];
  /** Before here no regular expression ends that has not. */
  private noneBefore = 0;
  /** Between < and > of a tag. */
  private isInTag = false;

  constructor(
    private readonly text: string,
    private readonly grammar: Grammar,
    private readonly work: Work,
  ) {}

  pieces(): readonly Piece[] {
    while (this.at < this.text.length) this.step();
    this.flush();
    return this.found;
  }

  private step(): void {
    const { at } = this;
    if (this.comment() || this.special() || this.quoted()) {
      this.word = "";
      return;
    }
    const char = this.text.charAt(at);
    if (isDigit(char)) {
      this.take(this.numberEnd(), "number");
      this.isValue = true;
    } else if (this.isWordPart(char) && !(char === this.grammar.inWords && isDigit(this.text.charAt(at + 1)))) this.wordHere();
    else this.sign(char);
  }

  private wordHere(): void {
    const { at } = this;
    let end = at + 1;
    while (this.isWordPart(this.text.charAt(end))) end++;
    const word = this.text.slice(at, end);
    const isKeyword = this.grammar.keywords.has(this.grammar.isCaseless ? word.toLowerCase() : word);
    this.take(end, isKeyword ? "keyword" : undefined);
    this.word = word;
    this.isValue = !isKeyword || VALUES.has(word);
  }

  private sign(char: string): void {
    this.take(this.at + 1);
    this.word = "";
    if (char === "\n") this.isFresh = true;
    if (!isBlank(char)) this.isValue = char === ")" || char === "]" || char === "}";
    if (char === "{") this.braces++;
    else if (char === "}") this.braces--;
  }

  private comment(): boolean {
    const { text, at, grammar } = this;
    const isApart = !grammar.hasWordComments || at === 0 || isBlank(text.charAt(at - 1)) || ";()&|".includes(text.charAt(at - 1));
    if (isApart && grammar.lineComments.some((mark) => text.startsWith(mark, at))) {
      this.take(this.lineEnd(), "comment");
      return true;
    }
    if (!grammar.blockComment || !text.startsWith(grammar.blockComment[0], at)) return false;
    const [open, close] = grammar.blockComment;
    let end = at + open.length;
    for (let depth = 1; depth > 0 && end < text.length; ) {
      if (text.startsWith(close, end)) [depth, end] = [depth - 1, end + close.length];
      else if (grammar.nests && text.startsWith(open, end)) [depth, end] = [depth + 1, end + open.length];
      else end++;
    }
    this.take(end, "comment");
    return true;
  }

  private quoted(): boolean {
    const quote = this.grammar.quotes.find(({ open }) => this.text.startsWith(open, this.at));
    if (!quote) return false;
    this.take(this.quoteEnd(quote), quote.isPlain ? undefined : "string");
    this.isValue = true;
    return true;
  }

  private quoteEnd({ open, close, hasEscapes, isLong }: Quote): number {
    const { text } = this;
    for (let end = this.at + open.length; end < text.length; end++) {
      if (text.startsWith(close, end)) return end + close.length;
      if (!isLong && text.charAt(end) === "\n") return end;
      if (hasEscapes && text.charAt(end) === "\\") end++;
    }
    return text.length;
  }

  private special(): boolean {
    switch (this.grammar.extra) {
      case "script":
        return this.template() || this.expression();
      case "c":
        return this.rawC() || this.directive();
      case "rust":
        return this.rawRust() || this.letter();
      case "shell":
        // What is escaped begins nothing.
        return this.text.charAt(this.at) === "\\" && this.take(Math.min(this.at + 2, this.text.length));
      case "markup":
        return this.markup();
      case "style":
        return this.style();
      default:
        return false;
    }
  }

  /** A template of JavaScript, or what of it comes behind a } . */
  private template(): boolean {
    const char = this.text.charAt(this.at);
    const isBehind = char === "}" && this.templates.at(-1) === this.braces;
    if (char !== "`" && !isBehind) return false;
    if (isBehind) this.templates.pop();
    let end = this.at + 1;
    while (end < this.text.length && this.text.charAt(end) !== "`" && !this.text.startsWith("${", end)) end += this.text.charAt(end) === "\\" ? 2 : 1;
    const goesOn = this.text.startsWith("${", end);
    if (goesOn) this.templates.push(this.braces);
    this.take(Math.min(end + (goesOn ? 2 : 1), this.text.length), "string");
    this.isValue = !goesOn;
    return true;
  }

  /** A regular expression of JavaScript: a / where no value stands before, with another one on its line. */
  private expression(): boolean {
    const { text, at } = this;
    // Behind a < it closes a tag.
    if (text.charAt(at) !== "/" || this.isValue || at < this.noneBefore || text.charAt(at - 1) === "<") return false;
    let isInClass = false;
    for (let end = at + 1; end < text.length && text.charAt(end) !== "\n"; end++) {
      const char = text.charAt(end);
      this.work.characters++;
      if (char === "\\") end++;
      else if (char === "[") isInClass = true;
      else if (char === "]") isInClass = false;
      else if (char === "/" && !isInClass) {
        this.take(end + 1, "string");
        this.isValue = true;
        return true;
      }
    }
    this.noneBefore = this.lineEnd();
    return false;
  }

  /** R"name( … )name" of C++. */
  private rawC(): boolean {
    const { text, at } = this;
    if (text.charAt(at) !== '"' || !RAW_C.has(this.word)) return false;
    let name = at + 1;
    while (name - at <= MOST_RAW_NAME && name < text.length && text.charAt(name) !== "(") name++;
    if (text.charAt(name) !== "(") return false;
    return this.takeUpTo(`)${text.slice(at + 1, name)}"`, name + 1);
  }

  /** #include and the like. */
  private directive(): boolean {
    if (!this.isFresh || this.text.charAt(this.at) !== "#") return false;
    let end = this.at + 1;
    while (this.text.charAt(end) === " ") end++;
    while (isLetter(this.text.charAt(end))) end++;
    return this.take(end, "keyword");
  }

  /** r"…" and r#"…"# of Rust, with as many # at its end as at its beginning. */
  private rawRust(): boolean {
    if (!RAW_RUST.has(this.word)) return false;
    let open = this.at;
    while (this.text.charAt(open) === "#") open++;
    if (this.text.charAt(open) !== '"') return false;
    return this.takeUpTo(`"${this.text.slice(this.at, open)}`, open + 1);
  }

  /** A letter of Rust, 'a'; without its end 'a is the name of a lifetime. */
  private letter(): boolean {
    const { text, at } = this;
    if (text.charAt(at) !== "'") return false;
    if (text.charAt(at + 1) === "\\") return this.take(this.quoteEnd(LETTER), "string");
    const end = at + 1 + String.fromCodePoint(text.codePointAt(at + 1) ?? 0).length;
    return text.charAt(end) === "'" ? this.take(end + 1, "string") : this.take(at + 1);
  }

  /** Outside of tags there is text, in them names, strings and what stands between. */
  private markup(): boolean {
    const { text, at } = this;
    if (this.isInTag) {
      const char = text.charAt(at);
      if (char === '"' || char === "'") return false;
      if (char === ">") this.isInTag = false;
      return this.take(at + 1);
    }
    if (text.charAt(at) === "<") {
      let end = at + 1;
      if (text.charAt(end) === "/" || text.charAt(end) === "!" || text.charAt(end) === "?") end++;
      const from = end;
      while (isLetter(text.charAt(end)) || isDigit(text.charAt(end)) || (end > from && "-:".includes(text.charAt(end) || " "))) end++;
      this.isInTag = end > from && isLetter(text.charAt(from));
      if (!this.isInTag) return this.take(at + 1);
      this.take(from);
      return this.take(end, "keyword");
    }
    const next = text.indexOf("<", at);
    return this.take(next < 0 ? text.length : next);
  }

  /** @rules and !important; within braces a # begins a colour. */
  private style(): boolean {
    const char = this.text.charAt(this.at);
    if (char !== "@" && char !== "!" && char !== "#") return false;
    let end = this.at + 1;
    while (this.isWordPart(this.text.charAt(end))) end++;
    if (end === this.at + 1) return false;
    return this.take(end, char !== "#" ? "keyword" : this.braces > 0 ? "number" : undefined);
  }

  /** Digits with what belongs to them: 0xff, 1_000, 1.5e-3, 10px. */
  private numberEnd(): number {
    const { text, at, grammar } = this;
    const isHex = text.charAt(at) === "0" && "xX".includes(text.charAt(at + 1) || " ");
    let end = at + 1;
    for (; end < text.length; end++) {
      const char = text.charAt(end);
      const goesOn = isDigit(text.charAt(end + 1));
      if (isDigit(char) || isLetter(char) || char === "_" || (char === "%" && grammar.extra === "style")) continue;
      if (char === "." && goesOn) continue;
      if ((char === "+" || char === "-") && goesOn && !isHex && "eE".includes(text.charAt(end - 1))) continue;
      if (grammar.inNumbers === char && (goesOn || (isHex && isLetter(text.charAt(end + 1))))) continue;
      break;
    }
    return end;
  }

  private takeUpTo(close: string, from: number): true {
    const end = this.text.indexOf(close, from);
    this.isValue = true;
    return this.take(end < 0 ? this.text.length : end + close.length, "string");
  }

  private lineEnd(): number {
    const end = this.text.indexOf("\n", this.at);
    return end < 0 ? this.text.length : end;
  }

  /** Goes on to a place; what is up to it is of a kind, or plain. */
  private take(end: number, kind?: Kind): true {
    this.work.characters += end - this.at;
    if (!isBlank(this.text.charAt(this.at))) this.isFresh = false;
    if (kind !== undefined) {
      this.flush();
      this.found.push({ text: this.text.slice(this.at, end), kind });
      this.plainFrom = end;
    }
    this.at = end;
    return true;
  }

  /** What is plain up to here is one piece. */
  private flush(): void {
    if (this.plainFrom < this.at) this.found.push({ text: this.text.slice(this.plainFrom, this.at) });
    this.plainFrom = this.at;
  }

  private isWordPart(char: string): boolean {
    return isLetter(char) || isDigit(char) || (char !== "" && ("_$".includes(char) || this.grammar.inWords === char));
  }
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

/** Of any script: what is beyond ASCII stands in words. */
function isLetter(char: string): boolean {
  return (char >= "a" && char <= "z") || (char >= "A" && char <= "Z") || char > "\x7f";
}

function isBlank(char: string): boolean {
  return char === " " || char === "\t" || char === "\n" || char === "\r";
}

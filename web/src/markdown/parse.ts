// A message's text as blocks: paragraphs, code between fences, quotes and lists. What is none of these is a paragraph as it was typed.

import type { Named } from "../timeline/text";
import { parseInline } from "./inline";
import type { Block, Inline, ListItem, Work } from "./tree";

/** Quotes and lists in one another; deeper ones are text. Each level reads its lines once more. */
const MAX_DEPTH = 3;
const FENCE = "```";
/** What stands behind a fence: a language, or else the first line of the code. */
const LANGUAGE = /^[\w+#.-]{0,20}$/u;
/** With its space: a face (>_<) is no quote. */
const QUOTE = /^>(?: |$)/u;
/** At most three digits: "2026. A good year" is a sentence. */
const ITEM = /^(?:[-*]|(\d{1,3})\.) (?=\S)/u;
const INDENTED = /^(?: {2,}|\t)(?=\S)/u;

/** named: whom the message means. */
export function parse(text: string, named: readonly Named[], work: Work = { characters: 0 }): Block[] {
  return new Parser(named, work).blocks(text.split("\n"), 0);
}

/** The text without its marks: where it is read aloud, or stands in one line. */
export function plainText(text: string): string {
  return plainBlocks(parse(text, []));
}

function plainBlocks(blocks: readonly Block[]): string {
  return blocks.map(plainBlock).join("\n");
}

function plainBlock(block: Block): string {
  switch (block.kind) {
    case "text":
      return plainInline(block.children);
    case "code":
      return block.code;
    case "quote":
      return plainBlocks(block.blocks);
    case "list":
      return block.items.map((item) => `${block.isOrdered ? `${item.number}.` : "•"} ${plainBlocks(item.blocks)}`).join("\n");
  }
}

function plainInline(nodes: readonly Inline[]): string {
  return nodes.map((node) => ("children" in node ? plainInline(node.children) : node.text)).join("");
}

/** A block, and the line behind it. */
interface Found {
  readonly block: Block;
  readonly next: number;
}

class Parser {
  constructor(
    private readonly named: readonly Named[],
    private readonly work: Work,
  ) {}

  blocks(lines: readonly string[], depth: number): Block[] {
    const closing = this.closings(lines);
    const blocks: Block[] = [];
    let typed: string[] = [];
    const paragraph = (isWhole: boolean) => {
      // Blank lines beside a block would add to the space it has.
      const text = isWhole ? typed : withoutBlankEnds(typed);
      if (text.length > 0) blocks.push({ kind: "text", children: parseInline(text.join("\n"), this.named, this.work) });
      typed = [];
    };
    for (let i = 0; i < lines.length; ) {
      const found = code(lines, i, closing[i + 1]) ?? (depth < MAX_DEPTH ? (this.quote(lines, i, depth) ?? this.list(lines, i, depth)) : undefined);
      if (!found) {
        typed.push(lines[i++] ?? "");
        continue;
      }
      paragraph(false);
      blocks.push(found.block);
      i = found.next;
    }
    paragraph(blocks.length === 0);
    return blocks;
  }

  /** For each line the first one from there on that ends a fence. */
  private closings(lines: readonly string[]): (number | undefined)[] {
    const closing: (number | undefined)[] = lines.map(() => undefined);
    let next: number | undefined;
    for (let i = lines.length - 1; i >= 0; i--) {
      const line = lines[i] ?? "";
      this.work.characters += line.length + 1;
      if (line.trimEnd().endsWith(FENCE)) next = i;
      closing[i] = next;
    }
    return closing;
  }

  private quote(lines: readonly string[], from: number, depth: number): Found | undefined {
    const line = lines[from] ?? "";
    if (!QUOTE.test(line) || line.slice(1).trim() === "") return undefined;
    let next = from + 1;
    while (QUOTE.test(lines[next] ?? "")) next++;
    const inside = lines.slice(from, next).map((one) => one.slice(2));
    return { block: { kind: "quote", blocks: this.blocks(inside, depth + 1) }, next };
  }

  private list(lines: readonly string[], from: number, depth: number): Found | undefined {
    const items: ListItem[] = [];
    const first = ITEM.exec(lines[from] ?? "");
    if (!first) return undefined;
    let next = from;
    for (let mark: RegExpExecArray | null = first; mark && (mark[1] === undefined) === (first[1] === undefined); mark = ITEM.exec(lines[next] ?? "")) {
      const [marked, number] = mark;
      const inside = [(lines[next++] ?? "").slice(marked.length)];
      while (INDENTED.test(lines[next] ?? "")) inside.push(outdented(lines[next++] ?? "", marked.length));
      items.push({ number: Number(number ?? 0), blocks: this.blocks(inside, depth + 1) });
    }
    return { block: { kind: "list", isOrdered: first[1] !== undefined, items }, next };
  }
}

/** closing: the first line behind it that ends a fence. Without one there is no code: a fence alone does not take the rest of a message. */
function code(lines: readonly string[], from: number, closing: number | undefined): Found | undefined {
  const line = lines[from] ?? "";
  if (closing === undefined || !line.startsWith(FENCE)) return undefined;
  const behind = line.slice(FENCE.length).trimEnd();
  if (behind.includes("`")) return undefined;
  const isLanguage = LANGUAGE.test(behind.trim());
  const last = (lines[closing] ?? "").trimEnd().slice(0, -FENCE.length);
  const inside = [...(isLanguage ? [] : [behind]), ...lines.slice(from + 1, closing), ...(last.trim() === "" ? [] : [last])];
  if (inside.every((one) => one.trim() === "")) return undefined;
  return { block: { kind: "code", code: inside.join("\n"), language: isLanguage ? behind.trim() : "" }, next: closing + 1 };
}

function outdented(line: string, by: number): string {
  if (line.startsWith("\t")) return line.slice(1);
  return line.slice(Math.min(by, line.length - line.trimStart().length));
}

function withoutBlankEnds(lines: readonly string[]): string[] {
  const from = lines.findIndex((line) => line.trim() !== "");
  const to = lines.findLastIndex((line) => line.trim() !== "");
  return from < 0 ? [] : lines.slice(from, to + 1);
}

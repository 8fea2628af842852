import { isOnlyEmoji } from "../emoji/only";
import { t } from "../i18n/en/markdown";
import type { Named } from "../timeline/text";
import { Icon } from "../ui/Icon";
import { parse } from "./parse";
import type { Block, Inline, ListItem } from "./tree";
import { useHighlight } from "./useHighlight";

interface MessageTextProps {
  text: string;
  /** Whom the message means. */
  named: readonly Named[];
  /** Whether Tab stops at its buttons. */
  tabIndex: 0 | -1;
  onCopy: (text: string) => void;
}

/** A message's text as its marks say. Each piece of it reaches the page as text, whatever it says. */
export function MessageText({ text, named, tabIndex, onCopy }: MessageTextProps) {
  const blocks = parse(text, named);
  const [only] = blocks;
  if (blocks.length === 1 && only?.kind === "text") {
    return (
      <p class={isOnlyEmoji(text) ? "bubble-text bubble-emoji" : "bubble-text"} dir="auto">
        <Pieces of={only.children} />
      </p>
    );
  }
  return (
    <div class="bubble-text bubble-blocks">
      <Blocks of={blocks} tabIndex={tabIndex} onCopy={onCopy} />
    </div>
  );
}

type BlocksProps = { of: readonly Block[] } & Pick<MessageTextProps, "tabIndex" | "onCopy">;

function Blocks({ of, ...rest }: BlocksProps) {
  return (
    <>
      {of.map((block, i) => (
        <One key={i} block={block} {...rest} />
      ))}
    </>
  );
}

function One({ block, ...rest }: { block: Block } & Omit<BlocksProps, "of">) {
  switch (block.kind) {
    case "text":
      return (
        <p dir="auto">
          <Pieces of={block.children} />
        </p>
      );
    case "quote":
      return (
        <blockquote>
          <Blocks of={block.blocks} {...rest} />
        </blockquote>
      );
    case "list":
      return block.isOrdered ? <ol>{block.items.map((item, i) => <Entry key={i} item={item} {...rest} />)}</ol> : <ul>{block.items.map((item, i) => <Entry key={i} item={item} {...rest} />)}</ul>;
    case "code":
      return <Code code={block.code} language={block.language} {...rest} />;
  }
}

/** The number is the one that was typed. */
function Entry({ item, ...rest }: { item: ListItem } & Omit<BlocksProps, "of">) {
  return (
    <li value={item.number || undefined}>
      <Blocks of={item.blocks} {...rest} />
    </li>
  );
}

/** Code scrolls in itself, its lines are not broken; its colours come when they are known, and move nothing. So that a keyboard can scroll it, Tab stops there as it does at links. */
function Code({ code, language, tabIndex, onCopy }: { code: string; language: string } & Omit<BlocksProps, "of">) {
  const pieces = useHighlight(code, language);
  return (
    <div class="code-block" dir="ltr">
      <div class="code-head">
        <span>{language || t("code")}</span>
        <button type="button" class="code-copy" tabIndex={tabIndex} aria-label={t("copyCode")} onClick={() => onCopy(code)}>
          <Icon name="copy" size={16} />
          {t("copy")}
        </button>
      </div>
      <pre role="group" aria-label={t("code")} tabIndex={0}>
        <code>{pieces?.map(({ text, kind }, i) => (kind ? <span key={i} class={`code-${kind}`}>{text}</span> : text)) ?? code}</code>
      </pre>
    </div>
  );
}

function Pieces({ of }: { of: readonly Inline[] }) {
  return <>{of.map((node, i) => (node.kind === "text" ? node.text : <Piece key={i} node={node} />))}</>;
}

function Piece({ node }: { node: Exclude<Inline, { kind: "text" }> }) {
  switch (node.kind) {
    case "mention":
      return <span class={node.isUs ? "mention mention-us" : "mention"}>{node.text}</span>;
    case "code":
      return (
        <code class="code" dir="ltr">
          {node.text}
        </code>
      );
    case "link":
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer nofollow" {...(node.isNamed && { title: node.href, "data-named": true })}>
          <Pieces of={node.children} />
        </a>
      );
    default: {
      const Mark = node.kind;
      return (
        <Mark>
          <Pieces of={node.children} />
        </Mark>
      );
    }
  }
}

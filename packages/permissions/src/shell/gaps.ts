// The parser passes over some signs that bash refuses or reads otherwise. Here what stands between the nodes of a tree is looked at:
// it may only be what belongs between them. Anything else, and the tree isn't the text.
import { forEachChild, type Script, type SyntaxNode } from "unbash";
import { isAccounted } from "./accounted.ts";

const SPACE = String.raw`(?:\s|\\\n|#[^\n]*(?=\n|$))*`;
const only = (signs: string): RegExp => new RegExp(`^${SPACE}(?:(?:${signs})${SPACE})*$`);
const BLANKS = /^(?:[ \t]|\\\n)*$/;
const LINES = only(";|&(?!&)");

/** What may stand between the children of a node, and before and behind them. Nodes that aren't here are read as a whole. */
const BETWEEN: Partial<Readonly<Record<SyntaxNode["type"], RegExp>>> = {
  Script: LINES,
  CompoundList: LINES,
  Statement: only(";|&(?!&)"),
  AndOr: only("&&|\\|\\|"),
  Pipeline: only("\\|&?"),
  Command: BLANKS,
  Redirected: BLANKS,
  If: only("if|then|else|fi|;|&"),
  Elif: only("elif|then|;|&"),
  While: only("while|until|do|done|;|&"),
  For: only("for|in|do|done|;|&|\\{|\\}"),
  Select: only("select|in|do|done|;|&|\\{|\\}"),
  Case: only("case|in|esac"),
  CaseItem: only(";;&|;;|;&|\\(|\\)|\\||;|&"),
  Function: only("function|\\(|\\)"),
  Subshell: only("\\(|\\)|;|&"),
  BraceGroup: only("\\{|\\}|;|&"),
  Coproc: only("coproc"),
};

type Looked = {
  readonly node: SyntaxNode;
  /** Here-documents blanked. */
  readonly text: string;
  readonly source: string;
  /** Within double quotes or a here-document. */
  readonly quoted: boolean;
};
const QUOTES = new Set<SyntaxNode["type"]>(["DoubleQuoted", "LocaleString", "HereDocBody"]);

export function hasGaps(script: Script, source: string): boolean {
  const stack: Looked[] = [ofScript(script, source)];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, text } = next;
    const children: SyntaxNode[] = [];
    forEachChild(node, (child) => children.push(child));
    const allowed = BETWEEN[node.type];
    if (allowed ? !fills(node, children, text, allowed) : !isAccounted({ ...next, children })) return true;
    const quoted = next.quoted || QUOTES.has(node.type);
    for (const child of children) {
      const apart = child.type === "Script" && (child.source !== undefined || node.type !== "CommandExpansion" || text !== next.source);
      stack.push(
        apart && child.type === "Script"
          ? ofScript(child, next.source)
          : { ...next, node: child, quoted: quoted && child.type !== "Script" },
      );
    }
  }
  return false;
}

function ofScript(script: Script, around: string): Looked {
  const source = script.source ?? around;
  return { node: script, text: blanked(script, source), source, quoted: false };
}

function fills(node: SyntaxNode, children: readonly SyntaxNode[], text: string, allowed: RegExp): boolean {
  let at = node.pos;
  for (const child of children.toSorted((one, other) => one.pos - other.pos)) {
    if (child.pos > at && !allowed.test(text.slice(at, child.pos))) return false;
    at = Math.max(at, child.end);
  }
  return at >= node.end || allowed.test(text.slice(at, node.end));
}

/** Here-documents stand between lines that they don't belong to. */
function blanked(script: Script, source: string): string {
  const cut: (readonly [number, number])[] = [];
  const stack: SyntaxNode[] = [script];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "HereDoc") cut.push([node.body.pos, Math.max(node.closing?.end ?? 0, node.body.end)]);
    if (node.type === "Script" && node !== script && node.source !== undefined) continue;
    forEachChild(node, (child) => stack.push(child));
  }
  if (cut.length === 0) return source;
  let text = "";
  let at = 0;
  for (const [from, to] of cut.toSorted(([one], [other]) => one - other)) {
    if (from > at) text += source.slice(at, from);
    if (to > at) text += "\n".repeat(to - Math.max(from, at));
    at = Math.max(at, to);
  }
  return text + source.slice(at);
}

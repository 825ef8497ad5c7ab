// Every sign that begins a substitution must be the beginning of a node of the tree, or stand where bash surely makes nothing of it.
// One that is neither was passed over, and what it runs wasn't seen.
import type { SyntaxNode } from "unbash";

/** `quoted`: within double quotes or a here-document, where single quotes are letters. */
export type Place = {
  readonly node: SyntaxNode;
  readonly children: readonly SyntaxNode[];
  readonly source: string;
  readonly quoted: boolean;
};

const BEGINS = /`|\$[\w({[@*#?$!"'-]|[<>]\(/;
const BEGINS_QUOTED = /`|\$[\w({[@*#?$!-]/;
/** What a node itself begins with. */
const OWN: Partial<Readonly<Record<SyntaxNode["type"], RegExp>>> = {
  ParameterExpansion: /^\$\{[!#]?[\w@*#?$!-]*/,
  ArithmeticExpansion: /^\$(?:\(\(|\[)/,
  LocaleString: /^\$/,
};
const NAMES = /^(?:[\w.+:@%/-]+|\\[\w-]+|'[\w .+:@%/-]+'|"[\w .+:@%/-]+")$/;
/** With these between its parentheses it may be another thing than a pattern. */
const PLAIN_PATTERN = /^.\([\w.,:@%+/|*?![\]^-]*\)$/;

export function isAccounted(place: Place): boolean {
  const { node, quoted } = place;
  switch (node.type) {
    case "SingleQuoted":
    case "AnsiCQuoted":
      return !quoted;
    case "SimpleExpansion":
    case "CommandExpansion":
    case "ProcessSubstitution":
    case "ArithmeticCommandExpansion":
      return true; // their scripts are looked at by themselves
    case "HereDocDelimiter":
      return NAMES.test(node.text);
    case "HereDoc":
      return node.delimiter?.quoted === true || node.body.parts !== undefined || !BEGINS_QUOTED.test(node.body.text);
    case "HereDocBody":
      return node.parts === undefined || plainBetween(place);
    case "ExtendedGlob":
      return PLAIN_PATTERN.test(node.text);
    case "ParameterExpansion":
      return (!quoted || !/['"\\]/.test(apart(place).join(" "))) && plainBetween(place);
    case "Word":
      return !(quoted && node.parts === undefined && /['"\\]/.test(node.text)) && plainBetween(place);
    default:
      return plainBetween(place);
  }
}

function plainBetween(place: Place): boolean {
  const { node, quoted } = place;
  const [first = "", ...others] = apart(place);
  const begins = quoted || node.type === "DoubleQuoted" || node.type === "LocaleString" ? BEGINS_QUOTED : BEGINS;
  return [first.replace(OWN[node.type] ?? "", ""), ...others].every((text) => !begins.test(text.replaceAll(/\\[^]/g, "")));
}

/** What no child covers. */
function apart({ node, children, source }: Place): readonly string[] {
  const texts: string[] = [];
  let at = node.pos;
  for (const child of children.toSorted((one, other) => one.pos - other.pos)) {
    if (child.pos > at) texts.push(source.slice(at, child.pos));
    at = Math.max(at, child.end);
  }
  if (node.end > at) texts.push(source.slice(at, node.end));
  return node.pos < (children[0]?.pos ?? node.pos) || children.length === 0 ? texts : ["", ...texts];
}

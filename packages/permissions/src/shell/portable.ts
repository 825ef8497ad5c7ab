// Does every shell read a text as bash does? Only then is bash's tree of it believed where another shell runs it, or bash as POSIX
// has it. What isn't surely the same is said not to be.
import { forEachChild, type ParsedScript, type SyntaxNode } from "unbash";

/** What a text is run by: bash as it starts; bash as POSIX has it or a shell of its kind; a shell with a language of its own. */
export type Reader = "bash" | "posix" | "foreign";

/** Signs that bash may read on, or be started, as POSIX has it: an option, a variable, `sh` for its name. */
const AS_POSIX = /posix|SHELLOPTS|-[a-z]*a\s*\S*sh\b/i;
export const readerOf = (text: string): Reader => (AS_POSIX.test(text.replaceAll(/['"\\]/g, "")) ? "posix" : "bash");

const OWN_TO_BASH = new Set<SyntaxNode["type"]>([
  ..."AnsiCQuoted LocaleString ProcessSubstitution ExtendedGlob BraceExpansion HereString TestCommand".split(" "),
  ..."ArithmeticCommand ArithmeticFor ArithmeticCommandExpansion Select Coproc Time ArrayValue".split(" "),
] as SyntaxNode["type"][]);
/** A word that stands for another text, before it is parsed, in all shells but bash as it starts. */
const ALIAS = /(?<![\w-])alias(?![\w-])/;
const PLAIN_DELIMITER = /^(?:\w+|'\w+'|"\w+"|\\\w+)$/;

export const MISREAD = "another shell than bash may read it otherwise";

/** Linear. */
export function isPortable(script: ParsedScript, text: string): boolean {
  if (ALIAS.test(text.replaceAll(/['"\\]/g, ""))) return false;
  const stack: SyntaxNode[] = [script];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!isShared(node)) return false;
    forEachChild(node, (child) => stack.push(child));
  }
  return true;
}

function isShared(node: SyntaxNode): boolean {
  if (OWN_TO_BASH.has(node.type)) return false;
  switch (node.type) {
    case "Pipeline":
      return !node.operators.includes("|&");
    case "CaseItem":
      return node.terminator === undefined || node.terminator === ";;";
    case "Function":
      return node.name.pos === node.pos; // no word `function`
    case "Assignment":
      return node.append !== true && node.index === undefined;
    case "Redirect":
      return isSharedRedirect(node);
    case "HereDoc":
      return node.closing !== undefined && node.delimiter !== undefined && PLAIN_DELIMITER.test(node.delimiter.text);
    case "ArithmeticExpansion":
      return node.text.startsWith("$((");
    case "CommandExpansion":
      return node.text.startsWith("$(") || !/['"\\]/.test(node.text);
    case "ParameterExpansion":
      return (
        node.prefix !== "!" &&
        node.index === undefined &&
        (node.operation === undefined || node.operation.type === "Default" || node.operation.type === "Remove") &&
        !/['"\\]/.test(node.text)
      );
    default:
      return true;
  }
}

function isSharedRedirect({ operator, descriptor, target }: Extract<SyntaxNode, { type: "Redirect" }>): boolean {
  if (descriptor && (descriptor.type !== "FileDescriptor" || descriptor.value > 9)) return false;
  if (operator === "&>" || operator === "&>>") return false;
  return !operator.endsWith("&") || /^(?:\d|-)$/.test(target?.text ?? "");
}

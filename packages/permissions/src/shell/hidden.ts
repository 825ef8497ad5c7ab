// Forms that make bash run or change what no word of the command says.
import type { SyntaxNode } from "unbash";
import { INVISIBLE } from "./source.ts";

/** `runs`: a command may be hidden in it. */
export type Opaque = { readonly why: string; readonly runs: boolean; /** What is shown isn't what runs. */ readonly misleads?: true };

const NUMBERS = /^[\d\s+\-*/%()<>=!&|^~?:,]*$/;
const INDEX = /^(?:\d+|[@*]|-\d+)$/;
/** Operators of `[[` that calculate with what they are given: a subscript in it is run. */
const CALCULATES = /^-(?:eq|ne|lt|le|gt|ge|v|R)$/;

export function look(node: SyntaxNode): Opaque | undefined {
  switch (node.type) {
    case "ParameterExpansion":
      return expansion(node);
    case "SimpleExpansion":
      return undefined;
    case "Unknown":
      return { why: "it holds an expansion that isn't known", runs: true };
    case "ArithmeticExpansion":
      return calculation(node.text.replace(/^\$(?:\(\(|\[)/, "").replace(/(?:\)\)|\])$/, ""));
    case "ArithmeticCommand":
      return calculation(node.body);
    case "TestUnary":
      return CALCULATES.test(node.operator) && !/^\w+$/.test(node.operand.value) ? CALCULATED : undefined;
    case "TestBinary":
      return CALCULATES.test(node.operator) && ![node.left, node.right].every(({ text }) => /^-?\d+$/.test(text)) ? CALCULATED : undefined;
    case "ArrayValue":
      return node.elements.some(({ text }) => isSubscripted(text)) ? CALCULATED : undefined;
    case "Assignment":
      return node.index !== undefined && !INDEX.test(node.index.text) ? CALCULATED : undefined;
    case "Literal":
    case "Word":
      return INVISIBLE.test(node.text) && (node.type === "Literal" || node.parts === undefined) && !/^['"]/.test(node.text)
        ? { why: "it holds blanks or letters that can't be seen", runs: false, misleads: true }
        : undefined;
    default:
      return undefined;
  }
}

/** A word of a list that says at which place it stands: `[3]=x` is plain. */
const isSubscripted = (text: string): boolean => /^(?:\\\n)*\[|\]\+?=/.test(text) && !/^\[(?:\d+|@|\*)\]=[^[\]]*$/.test(text);

const CALCULATED: Opaque = { why: "it calculates with what isn't a plain number", runs: true };
const calculation = (text: string): Opaque | undefined => (NUMBERS.test(text) ? undefined : CALCULATED);

function expansion(node: Extract<SyntaxNode, { type: "ParameterExpansion" }>): Opaque | undefined {
  if (node.prefix === "!") return { why: `${node.text} names another variable`, runs: true };
  if (node.index !== undefined && !INDEX.test(node.index.text)) return CALCULATED;
  const { operation } = node;
  if (operation?.type === "Transform") return { why: `${node.text} evaluates what it holds`, runs: true };
  if (operation?.type === "Default" && operation.operator.endsWith("=")) return { why: `${node.text} sets a variable`, runs: false };
  if (operation?.type === "Slice" && ![operation.offset, operation.length].every((one) => one === undefined || /^\s*-?\d+$/.test(one.text)))
    return CALCULATED;
  return undefined;
}

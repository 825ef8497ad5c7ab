/**
 * What looks like an argument and belongs to a program: `awk '{print $1}'`, `perl -pe 's/(x)/$1/'`, `sh -c 'echo $1'`, the body of a
 * shell function in a code block. Rule: these places keep every letter.
 */
import { type Fence, type Range } from "../instructions/markdown.ts";

const PROGRAM = /\b(?:([gmn]?awk|perl)|(?:ba|da|z|k)?sh[ \t]+-\w*c)\b/g;
const FUNCTION = /^([ \t]*)(?:function[ \t]+[\w:-]+[ \t]*(?:\(\))?|[\w:-]+[ \t]*\(\))[ \t]*\{(.*)$/gm;

export function spared(text: string, fences: readonly Fence[]): readonly Range[] {
  return [...programs(text), ...fences.flatMap(({ inner }) => functions(text, inner))];
}

function programs(text: string): readonly Range[] {
  return [...text.matchAll(PROGRAM)].flatMap((found) => quoted(text, found.index + found[0].length, found[1] !== undefined));
}

/** The quoted words of one command. `double`: those in double quotes too. */
function quoted(text: string, start: number, double: boolean): readonly Range[] {
  const ranges: Range[] = [];
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    if (letter === "\\") at += 1;
    else if ("\n|;&`".includes(letter)) break;
    else if (letter === "'" && /[a-z]/.test(text[at - 1] ?? "")) continue; // an apostrophe
    else if (letter === "'" || letter === '"') {
      const end = closing(text, at);
      if (end === undefined) break;
      if (letter === "'" || double) ranges.push({ from: at, to: end + 1 });
      at = end;
    }
  }
  return ranges;
}

function closing(text: string, open: number): number | undefined {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === text[open]) return at;
    if (text[at] === "\\" && text[open] === '"') at += 1;
  }
  return undefined;
}

function functions(text: string, { from, to }: Range): readonly Range[] {
  const code = text.slice(from, to);
  return [...code.matchAll(FUNCTION)].map((head) => {
    const indent = head[1] ?? "";
    const first = head.index + head[0].length;
    if ((head[2] ?? "").trimEnd().endsWith("}")) return { from: from + head.index, to: from + first };
    const end = code.indexOf(`\n${indent}}`, first);
    return { from: from + head.index, to: end === -1 ? to : from + end };
  });
}

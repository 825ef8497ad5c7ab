/**
 * What looks like an argument and belongs to a program: `awk '{print $1}'`, `perl -pe 's/(x)/$1/'`, `sh -c 'echo $1'`, the body of a
 * shell function in a code block. Rule: these places keep every letter.
 */
import { type Fence, type Range } from "../instructions/markdown.ts";

const PROGRAM = /\b(?:([gmn]?awk|perl)|(?:ba|da|z|k)?sh[ \t]+-\w*c)\b/g;
const FUNCTION = /^([ \t]*)(?:function[ \t]+[\w:-]+[ \t]*(?:\(\))?|[\w:-]+[ \t]*\(\))[ \t]*\{(.*)$/gm;

/** In order, and apart from each other. */
export function spared(text: string, fences: readonly Fence[]): readonly Range[] {
  const ranges = [...programs(text), ...fences.flatMap(({ inner }) => functions(text, inner))].toSorted((a, b) => a.from - b.from);
  const apart: Range[] = [];
  for (const range of ranges) {
    const last = apart.at(-1);
    if (!last || last.to < range.from) apart.push(range);
    else apart.splice(-1, 1, { from: last.from, to: Math.max(last.to, range.to) });
  }
  return apart;
}

function programs(text: string): readonly Range[] {
  const ranges: Range[] = [];
  let end = 0;
  for (const found of text.matchAll(PROGRAM)) {
    const start = found.index + found[0].length;
    if (start > end) end = quoted(text, start, found[1] !== undefined, ranges);
  }
  return ranges;
}

/** Adds the quoted words of one command; where it ends. `double`: those in double quotes too. */
function quoted(text: string, start: number, double: boolean, ranges: Range[]): number {
  let at = start;
  for (; at < text.length; at += 1) {
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
  return at;
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
  const ranges: Range[] = [];
  for (const head of code.matchAll(FUNCTION)) {
    const indent = head[1] ?? "";
    const first = head.index + head[0].length;
    if (from + head.index < (ranges.at(-1)?.to ?? 0)) continue; // inside of another
    const end = (head[2] ?? "").trimEnd().endsWith("}") ? first : code.indexOf(`\n${indent}}`, first);
    ranges.push({ from: from + head.index, to: end === -1 ? to : from + end });
  }
  return ranges;
}

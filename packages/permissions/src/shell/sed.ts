// A script of sed that only prints: addresses, `p`, `d`, `s///` and their like. Whatever runs, reads or writes (e, r, w, and the flags of s) isn't.

/** Does the whole script belong to the closed part? */
export function sedOnlyPrints(script: string): boolean {
  let at = 0;
  while (at < script.length) {
    const next = command(script, at);
    if (next === undefined) return false;
    at = next;
  }
  return true;
}

/** Does it run what it reads: a bare `e`, or that flag of `s`? */
export const sedRunsData = (script: string): boolean =>
  /(?:^|[;{}\n!\d$/])\s*e\s*(?:$|[;}\n])|\W[gpimw\d]*e[gpimw\d]*\s*(?:$|[;}\n])/i.test(script);

/** What may be a file that it reads or writes. `sure`: its command begins where one may. */
export type SedFile = { readonly path: string; readonly do: "read" | "write"; readonly sure: boolean };
const MOST_FILES = 100;
const LONGEST_PATH = 1_000; // letters

/** The rest of a line behind `r`, `R`, `w`, `W` or that flag of `s`. Undefined: too many to look at. */
export function sedFiles(script: string): readonly SedFile[] | undefined {
  const files: SedFile[] = [];
  for (const { index, 0: sign } of script.matchAll(/[rRwW](?=[^\n])/g)) {
    if (files.length === MOST_FILES) return undefined;
    const end = script.indexOf("\n", index);
    const path = script.slice(index + 1, Math.min(end === -1 ? script.length : end, index + LONGEST_PATH)).trim();
    const before = script
      .slice(Math.max(0, index - 20), index)
      .trimEnd()
      .at(-1);
    const sure = before === undefined || !/[A-Za-z_.-]/.test(before);
    if (path !== "") files.push({ path, do: /r/i.test(sign) ? "read" : "write", sure });
  }
  return files;
}

const BLANK = /[\s;]*/y;
const ADDRESS = /(?:\d+(?:~\d+)?|\$|[+~]\d+|0)/y;
const PLAIN = /(?:[pPdDgGhHnNxlz=]|[qQ]\d*)(?=[\s;}]|$)/y;
const LABEL = /(?:[btT]\s*\w*|:\s*\w+)(?=[\s;}]|$)/y;
const FLAGS = /[gpIiMm\d]*(?=[\s;}]|$)/y;

function command(script: string, from: number): number | undefined {
  let at = take(BLANK, script, from) ?? from;
  if (at >= script.length) return at;
  const start = address(script, at);
  if (start === undefined) return undefined;
  at = start;
  if (at > from && script[at] === ",") {
    const end = address(script, at + 1);
    if (end === undefined || end === at + 1) return undefined;
    at = end;
  }
  at = take(/\s*!?\s*/y, script, at) ?? at;
  const sign = script[at];
  if (sign === "{" || sign === "}") return at + 1;
  if (sign === "s" || sign === "y") return substitution(script, at, sign);
  return take(PLAIN, script, at) ?? take(LABEL, script, at);
}

/** Where an address ends, `at` itself where there is none; undefined where it can't be read. */
function address(script: string, at: number): number | undefined {
  const plain = take(ADDRESS, script, at);
  if (plain !== undefined) return plain;
  if (script[at] !== "/") return at;
  const end = closing(script, at + 1, "/");
  return end === undefined ? undefined : (take(/[IM]*/y, script, end) ?? end);
}

function substitution(script: string, at: number, kind: "s" | "y"): number | undefined {
  const sign = script[at + 1];
  if (sign === undefined || /[\s\\\w]/.test(sign)) return undefined;
  const middle = closing(script, at + 2, sign);
  const end = middle === undefined ? undefined : closing(script, middle, sign);
  if (end === undefined) return undefined;
  return kind === "y" ? take(/(?=[\s;}]|$)/y, script, end) : take(FLAGS, script, end);
}

/** Behind the next unescaped sign. A bracket may hold it in one reading and not in another, so none may stand before it. */
function closing(script: string, from: number, sign: string): number | undefined {
  for (let at = from; at < script.length; at += 1) {
    if (script[at] === "\\") at += 1;
    else if (script[at] === "\n") return undefined;
    else if (script[at] === "[" && script.slice(at, script.indexOf("]", at + 2) + 1).includes(sign)) return undefined;
    else if (script[at] === sign) return at + 1;
  }
  return undefined;
}

function take(what: RegExp, text: string, at: number): number | undefined {
  what.lastIndex = at;
  const found = what.exec(text);
  return found ? at + found[0].length : undefined;
}

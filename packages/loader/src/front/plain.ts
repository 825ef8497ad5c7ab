/**
 * Reads the YAML that nearly every head is made of: keys, plain and quoted scalars, short lists, folded texts, one map inside.
 * Rule: it gives exactly what the YAML engine gives, or nothing: on the first doubt the engine reads instead.
 * It stands here because the engine takes 0.2 ms a head and 50 ms to load, and a folder may hold 25,000 skills.
 */
import type { Json, JsonObject } from "@keelson/protocol";

type Lines = { readonly at: readonly string[]; next: number };

const KEY = /^([A-Za-z_][\w-]*):(?:[ ]+(.*))?$/;
/** Plain scalars begin with none of YAML's marks, and hold no `: `, no ` #`, no tab. */
const PLAIN = /^[\p{L}0-9_/.~$(<=+;^\\][^\t]*$/u;
const DOUBT = /:(?:\s|$)|\s#/;
const WORDS: Readonly<Record<string, Json>> = {
  null: null,
  Null: null,
  NULL: null,
  "~": null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};
/** The core schema's numbers, and whatever looks like one and isn't plainly an integer or a decimal. */
const NUMBERISH = /^[-+]?(?:\.?\d|\.(?:inf|nan)$)/i;
const ITEM = /^( *)- +(.*)$/;

export function readPlain(head: string): JsonObject | undefined {
  const lines: Lines = { at: head.split("\n").map((line) => line.trimEnd()), next: 0 };
  return readMap(lines, 0);
}

/** The keys that stand `indent` spaces in, up to a line that stands further out. */
function readMap(lines: Lines, indent: number): JsonObject | undefined {
  const found: [string, Json][] = [];
  const seen = new Set<string>();
  for (; lines.next < lines.at.length;) {
    const line = lines.at[lines.next] ?? "";
    if (isNothing(line)) {
      lines.next += 1;
      continue;
    }
    const depth = depthOf(line);
    if (depth < indent) break;
    const [, key, value = ""] = (depth === indent && KEY.exec(line.slice(indent))) || [];
    if (key === undefined || key === "__proto__" || seen.has(key)) return undefined;
    seen.add(key);
    lines.next += 1;
    const read = readValue(value, lines, indent);
    if (read === undefined) return undefined;
    found.push([key, read]);
  }
  return Object.fromEntries(found);
}

function readValue(value: string, lines: Lines, indent: number): Json | undefined {
  if (/^[|>][-]?$/.test(value)) return readBlock(value, lines, indent);
  if (value === "") return readInner(lines, indent);
  // What goes on in the next line is the engine's.
  const next = lines.at[lines.next];
  if (next !== undefined && next !== "" && depthOf(next) > indent) return undefined;
  return next === "" && goesOn(lines, indent) ? undefined : readScalar(value, false);
}

/** Behind a key that stands alone: a list, a map, or nothing. */
function readInner(lines: Lines, indent: number): Json | undefined {
  while (lines.next < lines.at.length && isNothing(lines.at[lines.next] ?? "")) lines.next += 1;
  const line = lines.at[lines.next] ?? "";
  const depth = depthOf(line);
  if (lines.next >= lines.at.length) return null;
  if (ITEM.test(line) && depth >= indent) return readList(lines, depth, indent);
  if (depth <= indent) return null;
  return indent === 0 ? readMap(lines, depth) : undefined;
}

function readList(lines: Lines, depth: number, indent: number): Json | undefined {
  const items: Json[] = [];
  for (; lines.next < lines.at.length; lines.next += 1) {
    const line = lines.at[lines.next] ?? "";
    if (isNothing(line)) continue;
    const [, spaces = "", value = ""] = ITEM.exec(line) ?? [];
    if (depthOf(line) <= indent && (value === "" || spaces.length !== depth)) break;
    if (value === "" || spaces.length !== depth) return undefined;
    const item = readScalar(value, false);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

/** `|` and `>` whose lines all stand equally far in, with nothing blank between them. */
function readBlock(mark: string, lines: Lines, indent: number): string | undefined {
  const first = lines.at[lines.next] ?? "";
  const depth = depthOf(first);
  if (first === "" || depth <= indent) return undefined;
  const read: string[] = [];
  for (; lines.next < lines.at.length; lines.next += 1) {
    const line = lines.at[lines.next] ?? "";
    if (line === "") {
      if (goesOn(lines, indent)) return undefined;
      break;
    }
    if (depthOf(line) <= indent) break;
    if (depthOf(line) !== depth || line[depth] === "\t") return undefined;
    read.push(line.slice(depth));
  }
  return read.join(mark.startsWith("|") ? "\n" : " ") + (mark.endsWith("-") ? "" : "\n");
}

function readScalar(value: string, inList: boolean): Json | undefined {
  if (value.startsWith('"')) return readQuoted(value);
  if (value.startsWith("'")) return /^'(?:[^'\t]|'')*'$/.test(value) ? value.slice(1, -1).replaceAll("''", "'") : undefined;
  if (value.startsWith("[")) return inList ? undefined : readFlow(value);
  if (!PLAIN.test(value) || DOUBT.test(value)) return undefined;
  const word = Object.hasOwn(WORDS, value) ? WORDS[value] : undefined;
  if (word !== undefined) return word;
  if (!NUMBERISH.test(value)) return value;
  if (/^(?:0|[1-9]\d{0,14})$/.test(value)) return Number(value);
  if (/^(?:0|[1-9]\d{0,7})\.\d{1,7}$/.test(value)) return Number(value);
  // A version, a date or a sentence: no number of the core schema goes on like this.
  return /^\d+(?:\.\d+\.|-[\dA-Za-z]|[A-Za-z]*[ ,/:%])/.test(value) && !/^0[xo]|^\d+e[-+]?\d+$/i.test(value) ? value : undefined;
}

/** Escapes that mean the same in JSON. */
function readQuoted(value: string): string | undefined {
  if (!value.includes("\\")) return /^"[^"\t]*"$/.test(value) ? value.slice(1, -1) : undefined;
  return /^"(?:[^"\\\t]|\\["\\n])*"$/.test(value)
    ? value.slice(1, -1).replace(/\\(.)/g, (_, mark) => (mark === "n" ? "\n" : mark))
    : undefined;
}

function readFlow(value: string): Json | undefined {
  const inner = /^\[(.*)\]$/.exec(value)?.[1];
  if (inner === undefined || /[[\]{}#&*!|>%@`\t\\]/.test(inner)) return undefined;
  if (inner.trim() === "") return [];
  if (!/["']/.test(inner) && /:/.test(inner)) return undefined;
  const items: Json[] = [];
  for (const part of inner.split(",")) {
    const item = part.trim();
    const read = /^["']/.test(item) || /^[A-Za-z_][\w ./-]*$/.test(item) ? readScalar(item, true) : undefined;
    if (read === undefined) return undefined;
    items.push(read);
  }
  return items;
}

/** Is there, behind blank lines, a line that still belongs here? */
function goesOn(lines: Lines, indent: number): boolean {
  let at = lines.next;
  while (lines.at[at] === "") at += 1;
  const next = lines.at[at];
  return next !== undefined && depthOf(next) > indent;
}

const isNothing = (line: string): boolean => line === "" || line.startsWith("#");

function depthOf(line: string): number {
  let depth = 0;
  while (line.charCodeAt(depth) === 32) depth += 1;
  return depth;
}

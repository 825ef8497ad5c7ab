import { isObject } from "../json.ts";
import { overwrite, secretsIn, type Range } from "./mask.ts";

/**
 * A key that a model says is cut into pieces on the wire: what hides it must put them together first.
 * Text as in `mask`, of the same length before and after.
 */
export function maskDeltas(text: string, own: readonly string[]): string {
  const blocks = new Map<unknown, Letter[]>();
  for (const line of text.matchAll(/^data: (.*)$/gm)) {
    const piece = pieceIn(line[1] ?? "");
    if (!piece) continue;
    const letters = blocks.get(piece.block) ?? [];
    for (const [start, end] of piece.letters) letters.push([line.index + DATA + start, line.index + DATA + end]);
    blocks.set(piece.block, letters);
  }
  const ranges = [...blocks.values()].flatMap((letters) => {
    const words = letters.map(([start, end]) => (end - start === 1 ? text.slice(start, end) : " ")).join("");
    return secretsIn(words, own).flatMap(([start, end]) => letters.slice(start, end));
  });
  return overwrite(text, ranges);
}

const DATA = "data: ".length;
/** Where a letter of a piece stands; an escaped one takes several places. */
type Letter = Range;

function pieceIn(data: string): { readonly block: unknown; readonly letters: readonly Letter[] } | undefined {
  const event = parsed(data);
  const delta = isObject(event) ? event["delta"] : undefined;
  if (!isObject(event) || !isObject(delta)) return undefined;
  const field = FIELDS.find((name) => typeof delta[name] === "string");
  const value = field === undefined ? null : new RegExp(String.raw`"${field}"\s*:\s*"((?:[^"\\]|\\.)*)"`, "d").exec(data);
  const [from = 0] = value?.indices?.[1] ?? [];
  if (!value) return undefined;
  const letters = [...(value[1] ?? "").matchAll(/\\u[0-9A-Fa-f]{4}|\\.|[^]/g)];
  return { block: event["index"], letters: letters.map(({ 0: letter, index }) => [from + index, from + index + letter.length]) };
}

/** Where a delta's words stand. */
const FIELDS = ["text", "thinking", "partial_json"];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

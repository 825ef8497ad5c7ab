/** Why a text that should stand in a file was not found there: the nearest thing that does, so that the next try fits. */
import { likeness } from "./likeness.ts";
import { linesOf, numbered } from "./lines.ts";

const MOST_LINES = 50_000; // looked at
const SHOWN = 12; // lines
const ALIKE = 0.6;
const LONGEST = 400; // characters of a line that is compared

export function hintFor(file: string, wanted: string): string {
  const lines = linesOf(file).slice(0, MOST_LINES);
  const parts = linesOf(wanted);
  const bare = parts.map((part) => part.replace(/^ *\d+\t/, ""));
  const pasted = parts.length > 0 && parts.every((part, at) => part !== bare[at]);
  if (pasted && file.includes(bare.join("\n"))) return "It has the line numbers of Read in it: leave them out.";
  const loose = placeOf(lines.map(loosely), parts.map(loosely));
  if (loose >= 0)
    return `Its words are there, but with other spaces, tabs or quotes:\n${numbered(lines.slice(loose, loose + Math.min(parts.length, SHOWN)), loose + 1)}`;
  const near = nearest(lines, parts.find((part) => part.trim() !== "") ?? "");
  return near < 0
    ? "Nothing like it is there: read the file again."
    : `The nearest line is:\n${numbered(lines.slice(near, near + 1), near + 1)}`;
}

/** The same for two lines that differ in what is hard to see only. */
function loosely(line: string): string {
  return line
    .replaceAll(/[\u2018\u2019]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll(/[\s\u200b\ufeff]+/g, "");
}

function placeOf(lines: readonly string[], wanted: readonly string[]): number {
  if (wanted.every((line) => line === "")) return -1;
  const [only] = wanted;
  if (wanted.length === 1 && only !== undefined) return lines.findIndex((line) => line.includes(only));
  return lines.findIndex((_, at) => wanted.every((line, nth) => lines[at + nth] === line));
}

function nearest(lines: readonly string[], wanted: string): number {
  let best = -1;
  let score = ALIKE;
  for (const [at, line] of lines.entries()) {
    const alike = likeness(line.trim().slice(0, LONGEST), wanted.trim().slice(0, LONGEST));
    if (alike > score) [best, score] = [at, alike];
  }
  return best;
}

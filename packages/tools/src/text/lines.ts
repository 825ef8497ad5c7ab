/** Numbered lines, as Read shows them and Edit repeats them. */
import { cut } from "../output/clean.ts";

export const WIDTH = 2_000;
const NUMBER_WIDTH = 6;

export function numbered(lines: readonly string[], first: number): string {
  return lines.map((line, at) => `${String(first + at).padStart(NUMBER_WIDTH)}\t${shortLine(line)}`).join("\n");
}

/** A last newline ends the last line; it begins no new one. */
export function linesOf(words: string): readonly string[] {
  const lines = words.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function shortLine(line: string): string {
  const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
  return bare.length <= WIDTH ? bare : `${cut(bare, WIDTH)}… [the line goes on]`;
}

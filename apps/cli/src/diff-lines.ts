import type { JsonObject } from "@keelson/protocol";
import type { Look } from "./call-lines.ts";
import { visible } from "./clean.ts";

const MOST_LINES = 60;
/** Characters: a change is wrapped rather than cut, a minified file is not. */
const LONGEST_LINE = 500;

/** A tool's `display` of kind `diff` as lines with their sum in front; none where it isn't one. */
export function diffLines(display: JsonObject | undefined, look: Look): readonly string[] {
  if (display?.["kind"] !== "diff") return [];
  const { patch, note } = display;
  if (typeof note === "string" && note !== "") return [visible(note)];
  if (typeof patch !== "string") return [];
  const lines = bodyOf(patch);
  if (lines.length === 0) return ["(nothing changed)"];
  const changed = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
  return [look.paint.dim(`+${changed("+")} -${changed("-")}`), ...few(lines).map((line) => colour(line, look))];
}

/** What an edit will do, as far as its input says: lines that go, lines that come. */
export function changeLines(before: string, after: string, look: Look): readonly string[] {
  const signed = (sign: string, text: string): readonly string[] =>
    text === ""
      ? []
      : text
          .replace(/\n$/, "")
          .split("\n")
          .map((line) => sign + line);
  return few([...signed("-", before), ...signed("+", after)]).map((line) => colour(line, look));
}

/** Without the file names in front; of a hunk's head, the line that it begins at. */
function bodyOf(patch: string): readonly string[] {
  const lines = patch.replace(/\n$/, "").split("\n");
  const start = lines.findIndex((line) => line.startsWith("@@"));
  if (start < 0) return [];
  return lines.slice(start).flatMap((line, at) => {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(line);
    return hunk ? (at === 0 ? [] : [`@ line ${hunk[1]}`]) : [line];
  });
}

function few(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES - 1), `@ … ${lines.length - MOST_LINES + 1} more lines`];
}

function colour(line: string, { paint }: Look): string {
  const words = visible(line).slice(0, LONGEST_LINE);
  if (line.startsWith("+")) return paint.added(words);
  if (line.startsWith("-")) return paint.removed(words);
  return paint.dim(line.startsWith("@ ") ? words.slice(2) : words);
}

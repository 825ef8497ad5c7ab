import { isAbsolute, relative } from "node:path";
import type { Event, JsonObject, ToolUse } from "@keelson/protocol";
import { plain, shorten, visible } from "./clean.ts";
import { diffLines } from "./diff-lines.ts";
import type { Paint } from "./paint.ts";

/** How a call and its result look, as lines. Colours come from `paint`; nothing is longer than `width`, nor than a few lines. */
export type Look = { readonly paint: Paint; readonly width: number; readonly cwd: string };
type Completed = Extract<Event, { type: "call.completed" }>;

/** What a call is about stands in the first of these that it has. */
const TELLING = ["command", "file_path", "pattern", "path", "url", "query", "description", "prompt"] as const;
/** What is worth showing of a long result: how much it was, its beginning, or its end. Tools that aren't named: the beginning. */
const SHOWN: Readonly<Record<string, "size" | "end">> = { Read: "size", Bash: "end" };
const MOST_LINES = 4;
const MOST_ERROR_LINES = 8;

export function titleOf({ name, input }: Pick<ToolUse, "name" | "input">, { paint, width, cwd }: Look): string {
  const about = shorten(visible(aboutOf(input, cwd)), width - name.length - 4);
  return `${paint.mark("●")} ${paint.strong(visible(name))}${about === "" ? "" : ` ${about}`}`;
}

export function resultLines(event: Completed, name: string, look: Look): readonly string[] {
  const { paint, width } = look;
  const diff = diffLines(event.display, look);
  if (event.outcome === "ok" && diff.length > 0) return diff;
  const lines = plain(textOf(event))
    .split("\n")
    .filter((line) => line.trim() !== "");
  const colour = event.outcome === "ok" ? paint.dim : event.outcome === "error" ? paint.trouble : paint.warning;
  const how = event.outcome === "ok" ? SHOWN[name] : SHOWN[name] === "end" ? "end" : undefined;
  const most = event.outcome === "ok" ? MOST_LINES : MOST_ERROR_LINES;
  return cut(lines, most, how).map((line) => colour(shorten(line, width - 4)));
}

/** Paths below the folder of the session are shown from there. */
export function shortPath(path: string, cwd: string): string {
  const inside = isAbsolute(path) ? relative(cwd, path) : path;
  return inside === "" ? "." : inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

function aboutOf(input: JsonObject, cwd: string): string {
  const key = TELLING.find((each) => typeof input[each] === "string" && input[each] !== "");
  if (key === undefined) return "";
  const about = String(input[key]);
  return key === "file_path" || key === "path" ? shortPath(about, cwd) : about;
}

function cut(lines: readonly string[], most: number, how: "size" | "end" | undefined): readonly string[] {
  if (lines.length === 0) return ["(no output)"];
  if (how === "size") return [lines.length === 1 ? "1 line" : `${lines.length} lines`];
  if (lines.length <= most) return lines;
  const left = `… ${lines.length - most + 1} more lines`;
  return how === "end" ? [left, ...lines.slice(-(most - 1))] : [...lines.slice(0, most - 1), left];
}

function textOf({ result }: Completed): string {
  const { content } = result;
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((block) => (isText(block) ? block.text : "[not text]")).join("\n");
}

function isText(block: unknown): block is { readonly text: string } {
  return typeof block === "object" && block !== null && "text" in block && typeof block.text === "string";
}

import { isAbsolute, relative } from "node:path";
import type { Event, JsonObject, ToolUse } from "@keelson/protocol";
import { plain, shorten, visible } from "./clean.ts";
import { diffLines } from "./diff-lines.ts";
import type { Paint } from "./paint.ts";

/** How a call and its result look, as lines. Colours come from `paint`; nothing is longer than `width`, nor than a few lines. */
export type Look = { readonly paint: Paint; readonly width: number; readonly cwd: string };
type Completed = Extract<Event, { type: "call.completed" }>;

/** What a call is about stands in the first of these that it has. */
const TELLING = [
  "command",
  "file_path",
  "pattern",
  "path",
  "url",
  "query",
  "subject",
  "skill",
  "description",
  "message",
  "prompt",
  "taskId",
  "task_id",
] as const;
/** What is worth showing of a long result: how much it was, its beginning, or its end. Tools that aren't named: the beginning. */
const SHOWN: Readonly<Record<string, How>> = { Read: "size", Bash: "end" };
type How = "size" | "beginning" | "end";
/** Lines at most. The sum of a test run stands in its last seven. */
const MOST: Readonly<Record<How, number>> = { size: 1, beginning: 4, end: 7 };
const MOST_OF_AN_ERROR = 8;

export function titleOf(use: Pick<ToolUse, "name" | "input">, look: Look): string {
  const { paint, width } = look;
  const about = aboutOf(use.input, look);
  return `${paint.mark("●")} ${paint.strong(visible(use.name))}${about === "" ? "" : ` ${shorten(about, width - use.name.length - 4)}`}`;
}

/** The same as few words, for a line that says more behind them. */
export function nameOf({ name, input }: Pick<ToolUse, "name" | "input">, look: Look): string {
  return shorten(`${visible(name)} ${aboutOf(input, look)}`, Math.floor(look.width / 2));
}

export function resultLines(event: Completed, name: string, look: Look): readonly string[] {
  const { paint, width } = look;
  const diff = diffLines(event.display, look);
  if (event.outcome === "ok" && diff.length > 0) return diff;
  const lines = plain(textOf(event))
    .split("\n")
    .filter((line) => line.trim() !== "" && !(typeof event.display?.["agentId"] === "string" && HINT.test(line)));
  const how = SHOWN[name] ?? "beginning";
  const good = event.outcome === "ok";
  const colour = good ? paint.dim : event.outcome === "error" ? paint.trouble : paint.warning;
  const shown = good ? cut(lines, how, MOST[how]) : cut(lines, how === "end" ? "end" : "beginning", MOST_OF_AN_ERROR);
  return shown.map((line) => colour(shorten(line, width - 4)));
}

/** For the model: how it goes on with an agent. */
const HINT = /^\[agent_\w+: .*\]$/;

/** Paths below the folder of the session are shown from there. */
export function shortPath(path: string, cwd: string): string {
  const inside = isAbsolute(path) ? relative(cwd, path) : path;
  return inside === "" ? "." : inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

function aboutOf(input: JsonObject, { cwd }: Look): string {
  const key = TELLING.find((each) => typeof input[each] === "string" && input[each] !== "");
  if (key === undefined) return "";
  const about = visible(String(input[key]));
  return key === "file_path" || key === "path" ? shortPath(about, cwd) : about;
}

function cut(lines: readonly string[], how: How, most: number): readonly string[] {
  if (lines.length === 0) return ["(no output)"];
  if (how === "size") return [lines.length === 1 ? "1 line" : `${lines.length} lines`];
  if (lines.length <= most) return lines;
  const left = `… ${lines.length - most + 1} more lines`;
  return how === "end" ? [left, ...lines.slice(1 - most)] : [...lines.slice(0, most - 1), left];
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

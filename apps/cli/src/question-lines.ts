import type { Effect } from "@keelson/protocol";
import type { Question } from "@keelson/harness";
import { shortPath, type Look } from "./call-lines.ts";
import { visible } from "./clean.ts";
import { changeLines } from "./diff-lines.ts";

/** What a person needs to see before saying yes: what would run, on what, and why it is asked. Nothing of a command is left out. `whose`: the sub-agent that asks. */
export function questionLines({ tool, input, effects, opinion }: Question, look: Look, whose?: string): readonly string[] {
  const { paint } = look;
  const { rule } = opinion;
  const where = rule?.file === undefined ? "" : ` (${rule.text}, ${rule.file}${rule.line === undefined ? "" : `:${rule.line}`})`;
  return [
    `${paint.warning("?")} ${paint.strong(visible(tool))}${subject(input["file_path"], look)}${whose === undefined ? "" : paint.dim(` for ${visible(whose)}`)}`,
    ...body(input, look).map((line) => `    ${line}`),
    ...effects.flatMap((effect) => effectLine(effect, look)).map((line) => `  ${line}`),
    `  ${paint.dim(visible(opinion.reason + where))}`,
  ];
}

export function choices({ suggestion }: Question): string {
  const always = suggestion === undefined ? "" : `, [a]lways this session (${visible(suggestion)}), [p]roject`;
  return `Allow? [y]es once${always}, [n]o, or say what to do instead: `;
}

const subject = (path: unknown, { cwd }: Look): string => (typeof path === "string" ? ` ${visible(shortPath(path, cwd))}` : "");

function body(input: Question["input"], look: Look): readonly string[] {
  const { command, old_string: before, new_string: after, content } = input;
  if (typeof command === "string") return visible(command).split("\n");
  if (typeof before === "string" && typeof after === "string") return changeLines(before, after, look);
  if (typeof content === "string") return changeLines("", content, look);
  return Object.entries(input).map(
    ([name, value]) => `${visible(name)}: ${visible(typeof value === "string" ? value : JSON.stringify(value))}`,
  );
}

/** What the body doesn't tell: places outside of the folder, hosts, and what nobody can tell. */
function effectLine(effect: Effect, { cwd, paint }: Look): readonly string[] {
  switch (effect.do) {
    case "read":
    case "write":
    case "delete":
      return shortPath(effect.path, cwd) === effect.path
        ? [paint.warning(`${effect.do}s ${visible(effect.path)}, outside of this folder`)]
        : [];
    case "connect":
      return [`connects to ${visible(effect.url)}`];
    case "spawn":
      return [`starts ${visible(effect.agent)}`];
    case "shell":
      return effect.cwd === cwd ? [] : [`in ${visible(effect.cwd)}`];
    case "unknown":
      return [paint.warning(visible(effect.why))];
  }
}

import type { JsonObject } from "@keelson/protocol";
import type { Toolbox, ToolName } from "./tools.ts";
import type { Wish } from "./wish.ts";

/**
 * Carries wishes out, one call after the other. Each call is yielded and its outcome handed in; what is returned is for the user.
 * The first step that fails is the last one, and is told.
 */
export type Call = { readonly say: string; readonly tool: string; readonly input: JsonObject };
export type Outcome = { readonly ok: boolean; readonly text: string };
type Steps = Generator<Call, Told, Outcome>;
type Told = { readonly ok: boolean; readonly say: string };

const CAN = `I am a planner, not a model: I can read, list, search, run and change text.
For example: "read README.md", "list src", "search TODO in src", "run npm test", "change 80 to 8080 in port.js"; several of them with "and then".`;

export function* carryOut(wishes: readonly Wish[], tools: Toolbox): Generator<Call, string, Outcome> {
  const said: string[] = [];
  for (const [at, wish] of wishes.entries()) {
    const { ok, say } = yield* stepsFor(wish, tools);
    said.push(say);
    const left = wishes.length - at - 1;
    if (!ok && left > 0) said.push(`I stop here: ${left === 1 ? "one step is" : `${left} steps are`} left.`);
    if (!ok) break;
  }
  return said.length === 0 ? CAN : said.join("\n\n");
}

function* stepsFor(wish: Wish, tools: Toolbox): Steps {
  const use = (tool: ToolName, input: JsonObject, say: string): Steps => call(tools, tool, input, say);
  switch (wish.do) {
    case "read":
      return yield* shown(
        use("Read", { file_path: wish.file }, `I'll read ${wish.file}.`),
        (text) => `${wish.file}:\n${quoted(unnumbered(text))}`,
      );
    case "list": {
      const isPattern = wish.where.includes("*");
      const input = isPattern ? { pattern: wish.where } : { pattern: "*", path: wish.where };
      return yield* shown(use("Glob", input, `I'll list ${wish.where}.`), (text) => `In ${wish.where}:\n${quoted(text)}`);
    }
    case "search": {
      const input = { pattern: wish.pattern, output_mode: "content", ...(wish.where !== undefined && { path: wish.where }) };
      const where = wish.where === undefined ? "" : ` in ${wish.where}`;
      return yield* shown(
        use("Grep", input, `I'll search for ${wish.pattern}${where}.`),
        (text) => `Found for ${wish.pattern}${where}:\n${quoted(text)}`,
      );
    }
    case "run":
      return yield* shown(
        use("Bash", { command: wish.command }, `I'll run ${wish.command}.`),
        (text) => `${wish.command} says:\n${quoted(text)}`,
      );
    case "write":
      return yield* shown(
        use("Write", { file_path: wish.file, content: `${wish.text}\n` }, `I'll write ${wish.file}.`),
        () => `I wrote ${wish.file}.`,
      );
    case "change":
      return yield* change(wish, tools);
    case "unknown":
      return { ok: false, say: `I don't know how to do this: ${wish.words}\n${CAN}` };
  }
}

/** Reads first: nobody should change what they haven't seen. */
function* change({ from, to, file, everywhere }: Extract<Wish, { do: "change" }>, tools: Toolbox): Steps {
  const read = yield* call(tools, "Read", { file_path: file }, `I'll look at ${file} first.`);
  if (!read.ok) return read;
  const places = unnumbered(read.say).split(from).length - 1;
  if (places === 0) return { ok: false, say: `${file} has no "${from}" where I looked, so I changed nothing.` };
  if (places > 1 && !everywhere)
    return {
      ok: false,
      say: `"${from}" stands ${places} times in ${file}, so I changed nothing. Say "everywhere", or give more of the text around it.`,
    };
  const input = { file_path: file, old_string: from, new_string: to, ...(everywhere && { replace_all: true }) };
  const edited = yield* call(
    tools,
    "Edit",
    input,
    `${places === 1 ? "It stands there once" : `It stands there ${places} times`}: I'll change it.`,
  );
  return edited.ok ? { ok: true, say: `I changed "${from}" to "${to}" in ${file}${places > 1 ? `, ${places} times` : ""}.` } : edited;
}

/** What a tool said, or that it isn't there or didn't do it. */
function* call(tools: Toolbox, tool: ToolName, input: JsonObject, say: string): Steps {
  const offered = tools(tool);
  if (!offered) return { ok: false, say: `For this I need the tool ${tool}, and it isn't offered here.` };
  const lacks = offered.lacks(input);
  if (lacks.length > 0) return { ok: false, say: `The tool ${offered.name} wants something that I don't know here: ${lacks.join(", ")}.` };
  const { ok, text } = yield { say, tool: offered.name, input: offered.spell(input) };
  return ok ? { ok, say: text } : { ok, say: `${offered.name} didn't do it:\n${quoted(text)}` };
}

function* shown(steps: Steps, words: (text: string) => string): Steps {
  const { ok, say } = yield* steps;
  return { ok, say: ok ? words(say) : say };
}

const MOST_LINES = 20;

function quoted(text: string): string {
  const lines = text.trimEnd().split("\n");
  const more = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(more > 0 ? [`… and ${more} more lines`] : [])]
    .map((line) => `    ${line}`.trimEnd())
    .join("\n");
}

/** Readers put a number before each line. */
const unnumbered = (text: string): string => text.replaceAll(/^ *\d+\t/gm, "");

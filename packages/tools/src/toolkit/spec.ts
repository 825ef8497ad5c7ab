/** A tool as an author writes it, made into one of ours. Rule: it fails closed, as a block does, and what an author leaves out is the strict reading. */
import { isAbsolute } from "node:path";
import type { Effect, JsonObject, Replay, Tool, ToolContext } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { answering, type Answer, type Step } from "./answer.ts";
import { inputOf, type InputSchema } from "./schema.ts";

/** What a tool file hands to `kit.defineTool`. */
export type AuthoredTool = {
  /** Letters, digits, `_` and `-`, at most 64. Where it is taken, the plugin's name is put before it. */
  readonly name: string;
  /** For the model. Constant: no path, date or count. */
  readonly description: string;
  /** JSON Schema, a zod schema, or any Standard Schema; nothing for a tool without an input. */
  readonly input?: InputSchema;
  /** JSON Schema of the input, for a Standard Schema that can't print itself. */
  readonly inputSchema?: JsonObject;
  /** All that a call touches, in absolute paths. Left out, it may touch anything, and is asked about; of a tool that only reads, nothing. */
  readonly effects?: (input: unknown, cwd: string) => readonly Effect[];
  readonly readOnly?: boolean;
  readonly concurrencySafe?: boolean;
  readonly replay?: Replay;
  /** Why the call can't work as asked, in words for the model. */
  readonly validate?: (input: unknown, ctx: ToolContext) => string | undefined | Promise<string | undefined>;
  /** Yields what a person who watches should see; what it returns is the model's. Anything it throws is told to the model. */
  readonly run: (input: unknown, ctx: ToolContext) => Answer | Promise<Answer> | AsyncGenerator<Step, Answer>;
};

const NAME = /^[A-Za-z][\w-]{0,63}$/;
const LONGEST = 10_000; // letters of a description: it is sent with every request

/** Throws with what is wrong, in words for the author. */
export function authoredTool(spec: AuthoredTool): Tool {
  const { name, description, readOnly = false, effects, validate, run } = spec;
  if (typeof name !== "string" || !NAME.test(name)) throw new Error(`a tool's name has letters, digits, _ and -, not ${shown(name)}`);
  if (typeof description !== "string" || description.trim() === "") throw new Error(`${name} has no description`);
  if (description.length > LONGEST) throw new Error(`the description of ${name} is longer than ${LONGEST} letters`);
  if (typeof run !== "function") throw new Error(`${name} has no function run`);
  const { input, inputSchema } = inputOf(name, spec);
  return defineTool<unknown>({
    name,
    description,
    input,
    ...(inputSchema && { inputSchema }),
    effects: effects
      ? (asked, cwd) => stated(name, effects(asked, cwd))
      : () => (readOnly ? [] : unknown(`${name} doesn't say what it touches.`)),
    readOnly,
    concurrencySafe: spec.concurrencySafe ?? false,
    replay: spec.replay ?? "never",
    ...(validate && { validate: async (asked, ctx) => validate(asked, ctx) }),
    run: (asked, ctx) => answering(name, run(asked, ctx)),
  });
}

const unknown = (why: string): readonly Effect[] => [{ do: "unknown", why }];

/** What says nothing that can be read may touch anything. */
function stated(name: string, effects: unknown): readonly Effect[] {
  if (Array.isArray(effects) && effects.every(isEffect)) return effects;
  return unknown(`What ${name} says it touches can't be read: its author has to mend it.`);
}

const WITH: Readonly<Record<Effect["do"], string>> = {
  read: "path",
  write: "path",
  delete: "path",
  shell: "text",
  connect: "url",
  spawn: "agent",
  unknown: "why",
};

function isEffect(effect: unknown): effect is Effect {
  if (typeof effect !== "object" || effect === null || !("do" in effect)) return false;
  const fields: Readonly<Record<string, unknown>> = { ...effect };
  const { do: what } = fields;
  if (typeof what !== "string" || !Object.hasOwn(WITH, what)) return false;
  const absolute = ["path", "cwd"].every((name) => fields[name] === undefined || isAbsolute(String(fields[name])));
  return absolute && typeof fields[WITH[what as Effect["do"]]] === "string" && (what !== "shell" || typeof fields["cwd"] === "string");
}

const shown = (value: unknown): string => JSON.stringify(value) ?? typeof value;

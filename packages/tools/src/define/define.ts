/**
 * Makes a `Tool` of a zod schema and what it does. It fails closed: not read-only, never beside another call,
 * never run twice, unless it says otherwise. What is judged is what runs.
 */
import { en } from "zod/locales"; // by itself: of `z.locales` a bundle keeps every language
import * as z from "zod/mini";
import {
  isFileError,
  type Bound,
  type BoundCall,
  type Effect,
  type Json,
  type JsonObject,
  type Replay,
  type Tool,
  type ToolContext,
  type ToolOutput,
  type ToolStep,
} from "@keelson/protocol";
import { failed } from "./said.ts";
import { lenient, printSchema } from "./schema.ts";

export type ToolSpec<Input> = {
  readonly name: string;
  /** Constant: no path, date or count. */
  readonly description: string;
  /** Keys that aren't in it are dropped. */
  readonly input: z.core.$ZodType<Input>;
  /** How the model is shown it, where the schema can't say so itself. */
  readonly inputSchema?: JsonObject;
  /** Fills in what depends on where the call was made; what it returns is printed, judged and run. */
  readonly settle?: (input: Input, cwd: string) => Input;
  /** Everything a call may touch. Looked at once, when the call is first judged. */
  readonly effects: (input: Input, cwd: string) => readonly Effect[];
  readonly readOnly?: boolean;
  readonly concurrencySafe?: boolean;
  readonly replay?: Replay;
  /** A person must answer it, whatever the mode. */
  readonly asksUser?: boolean;
  /** Of one call, where its input tells more than can be said of all. Looked at once, when it is bound. */
  readonly ofCall?: (input: Input, cwd: string) => Partial<Pick<BoundCall, "readOnly" | "concurrencySafe" | "replay">>;
  readonly warm?: Tool["warm"];
  readonly validate?: (input: Input, ctx: ToolContext) => Promise<string | undefined>;
  /** `judged`: the effects that were stated. A `FileError` becomes an answer; anything else that is thrown is a bug or an abort. */
  readonly run: (input: Input, ctx: ToolContext, judged: readonly Effect[]) => AsyncGenerator<ToolStep, ToolOutput>;
};

export function defineTool<Input>(spec: ToolSpec<Input>): Tool {
  const { name, description, warm } = spec;
  const inputSchema = spec.inputSchema ?? printSchema(spec.input);
  return {
    name,
    description,
    inputSchema,
    ...(warm && { warm }),
    bind(raw, cwd): Bound {
      const parsed = z.safeParse(spec.input, lenient(raw, inputSchema), { error: en().localeError });
      if (parsed.success) return { ok: true, call: boundCall(spec, spec.settle?.(parsed.data, cwd) ?? parsed.data, cwd) };
      return {
        ok: false,
        error: `Nothing ran: the input doesn't fit ${name}. Correct it and call again.\n${z.prettifyError(parsed.error)}`,
      };
    },
  };
}

function boundCall<Input>(spec: ToolSpec<Input>, input: Input, cwd: string): BoundCall {
  let judged: readonly Effect[] | undefined;
  const effects = (): readonly Effect[] => (judged ??= spec.effects(input, cwd));
  return {
    input: print(input),
    get effects() {
      return effects();
    },
    readOnly: spec.readOnly ?? false,
    concurrencySafe: spec.concurrencySafe ?? false,
    replay: spec.replay ?? "never",
    ...spec.ofCall?.(input, cwd),
    ...(spec.asksUser && { asksUser: true as const }),
    validate: async (ctx) => spec.validate?.(input, ctx),
    run: (ctx) => answered(spec.run(input, ctx, effects())),
  };
}

async function* answered(run: AsyncGenerator<ToolStep, ToolOutput>): AsyncGenerator<ToolStep, ToolOutput> {
  try {
    return yield* run;
  } catch (error) {
    if (isFileError(error)) return failed(error.message);
    throw error;
  }
}

/** As it stands in the log: keys without a value are gone. */
function print(input: unknown): JsonObject {
  const printed: Json = JSON.parse(JSON.stringify(input));
  if (typeof printed === "object" && printed !== null && !Array.isArray(printed)) return printed as JsonObject;
  throw new Error("The input schema of a tool must be an object.");
}

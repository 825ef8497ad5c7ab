import type { BoundCall, HookOutcome, Json, JsonObject, Judge, Opinion, Tool, ToolContext, ToolOutput } from "@keelson/protocol";
import { text } from "@keelson/protocol";
import { rerun } from "../rerun.ts";
import type { Hooking } from "./hooking.ts";
import { capital, stopNotice, stopWords } from "./spoken.ts";
import { keptOpen, takenBack } from "./task-hooks.ts";

type About = { readonly name: string; readonly callId: string };

/** What PreToolUse hooks say of one call: asked once, however often it is judged. */
export type Before = {
  readonly judge: Judge;
  /** Undefined before the stage was reached, and where nothing was said. */
  readonly outcome: () => HookOutcome | undefined;
};

export function beforeCall(hooking: Hooking, { name, callId }: About): Before {
  let said: Promise<HookOutcome | undefined> | undefined;
  let outcome: HookOutcome | undefined;
  return {
    outcome: () => outcome,
    async judge({ call }, signal) {
      said ??= hooking.fire("PreToolUse", { tool_name: name, tool_input: call.input, tool_use_id: callId }, signal);
      outcome = await said;
      return opinionOf(outcome);
    },
  };
}

function opinionOf(outcome: HookOutcome | undefined): Opinion | undefined {
  const { decision, stop } = outcome ?? {};
  if (stop && decision?.behavior !== "deny") return { behavior: "deny", reason: `${capital(stop.by.name)} ended the run.`, explicit: true };
  if (!decision) return undefined;
  const behavior = decision.behavior === "defer" ? "ask" : decision.behavior;
  return { behavior, reason: reasonIn(decision), explicit: behavior !== "allow" };
}

/** Who wants it asked, and why. */
export const askIn = (outcome: HookOutcome | undefined): string | undefined => {
  const { decision } = outcome ?? {};
  return decision?.behavior === "ask" || decision?.behavior === "defer" ? reasonIn(decision) : undefined;
};

const reasonIn = ({ by, reason }: NonNullable<HookOutcome["decision"]>): string => `${by.name}: ${reason.trim() || "It gave no reason."}`;

/** The input that a hook wants in place of the model's, bound anew: it is judged like any other. */
export function rewritten(outcome: HookOutcome | undefined, tool: Tool | undefined, cwd: string): BoundCall | string | undefined {
  if (!outcome?.updatedInput || !tool) return undefined;
  const bound = tool.bind(outcome.updatedInput.input, cwd);
  return bound.ok ? bound.call : `${outcome.updatedInput.by.name} gave an input that can't be used. ${bound.error}`;
}

/** The same call, with PostToolUse hooks behind its effect: what they say stands in its result. */
export function withAfter(call: BoundCall, hooking: Hooking, { name, callId }: About): BoundCall {
  if (!hooking.any) return call;
  return rerun(call, async function* (ctx) {
    const asked = { name, input: call.input };
    const open = await keptOpen(asked, hooking, ctx.signal);
    const output = open ?? (await takenBack(asked, yield* call.run(ctx), hooking, ctx.signal));
    await hooking.follow(ctx.signal);
    return await after(output, { hooking, name, callId, input: call.input }, ctx);
  });
}

type After = About & { readonly hooking: Hooking; readonly input: JsonObject };

async function after(output: ToolOutput, { hooking, name, callId, input }: After, { signal }: ToolContext): Promise<ToolOutput> {
  const call = { tool_name: name, tool_input: input, tool_use_id: callId };
  const told: string[] = [];
  const keep = (words: string): void => void told.push(words);
  const outcome = output.isError
    ? await hooking.fire("PostToolUseFailure", { ...call, error: wordsOf(output) }, signal, keep)
    : await hooking.fire("PostToolUse", { ...call, tool_response: output.data ?? wordsOf(output) }, signal, keep);
  if (!outcome) return output;
  const { decision, stop, said } = outcome;
  const changed = said.updatedToolOutput ?? said.updatedMCPToolOutput;
  if (decision?.behavior === "deny") told.push(`${decision.by.name}: ${decision.reason}`);
  if (stop) hooking.tell(stopNotice(stopWords(stop)));
  return {
    ...output,
    content: [
      ...(changed === undefined ? output.content : [text(typeof changed === "string" ? changed : JSON.stringify(changed))]),
      ...told.map((words) => text(words)),
    ],
    ...(stop && { stop: stop.reason }),
  };
}

const wordsOf = ({ content }: ToolOutput): Json & string =>
  content.flatMap((block) => (block.type === "text" ? [String(block["text"])] : [])).join("\n");

import { isToolResult, isToolUse, type Message } from "@keelson/protocol";
import { conversationOf, isSpoken } from "../conversation.ts";
import type { Pace, Reply } from "../reply.ts";
import { turnsIn } from "../request.ts";
import type { Script, SeenRequest } from "../script.ts";
import { toolboxOf } from "./tools.ts";
import { wishesIn } from "./wish.ts";
import { carryOut, type Outcome } from "./work.ts";

export type PlannerOptions = { readonly pace?: Pace };

/**
 * A script for people without a key: it understands plain requests and carries them out with the tools that it is offered.
 * Each reply follows from the conversation alone, so any number of them may run at once, and be taken up again.
 */
export function planner({ pace }: PlannerOptions = {}): Script {
  return { name: "planner", replies: (request) => ({ ...replyTo(request), ...(pace && { pace }) }) };
}

function replyTo({ body }: SeenRequest): Extract<Reply, { blocks: unknown }> {
  const turns = turnsIn(body) ?? [];
  const asked = turns.findLastIndex(({ role, content }) => role === "user" && content.some(isSpoken));
  const { prompt = "" } = conversationOf(turns.slice(0, asked + 1));
  const work = carryOut(wishesIn(prompt), toolboxOf(body["tools"]));
  let step = work.next();
  for (const outcome of outcomesIn(turns.slice(asked + 1))) if (!step.done) step = work.next(outcome);
  if (step.done) return { blocks: [{ text: escaped(step.value) }] };
  const { say, tool, input } = step.value;
  return { blocks: [{ text: escaped(say) }, { tool, rawInput: escaped(JSON.stringify(input)) }] };
}

/** Of the calls since the prompt, in their order. */
function outcomesIn(turns: readonly Message[]): readonly Outcome[] {
  const calls = turns.flatMap(({ content }) => content.filter(isToolUse));
  const results = turns.flatMap(({ content }) => content.filter(isToolResult));
  const { results: told } = conversationOf(turns);
  return calls.flatMap(({ id }) => {
    const at = results.findIndex((result) => result.tool_use_id === id);
    return at < 0 ? [] : [{ ok: results[at]?.["is_error"] !== true, text: told[at]?.text ?? "" }];
  });
}

/** What others wrote is no template. */
const escaped = (text: string): string => text.replaceAll("{{", String.raw`\{{`);

import type { JsonObject } from "@keelson/protocol";
import type { Answer, Question } from "@keelson/harness";
import { nameOf } from "../call-lines.ts";
import { isObject, listIn, objectIn, stringIn } from "../json.ts";
import { paint } from "../paint.ts";
import { questionsIn } from "../person-question.ts";
import { reasonTypeOf } from "../system-messages.ts";
import type { Heard } from "./incoming.ts";
import { readUpdates, suggestionsFor, type Updates } from "./updates.ts";

/** `can_use_tool`: the question as a host is asked it, and its answer as the session hears it. */
export function questionFor({ callId, tool, input, opinion, rules, agent, asksUser }: Question, cwd: string): JsonObject {
  const about = nameOf({ name: tool, input }, { paint: paint(false), width: 240, cwd });
  const description = stringIn(input, "description");
  return {
    subtype: "can_use_tool",
    tool_name: tool,
    input,
    tool_use_id: callId,
    permission_suggestions: suggestionsFor(rules),
    decision_reason: opinion.reason,
    decision_reason_type: reasonTypeOf(opinion),
    title: asksUser ? titleFor(tool, input) : `Allow ${about}?`,
    display_name: tool,
    ...(description !== undefined && { description }),
    ...(agent !== undefined && { agent_id: agent }),
    ...(asksUser && { requires_user_interaction: true }),
  };
}

/** What only a person can answer: the answers come back in `updatedInput.answers`, by question. */
function titleFor(tool: string, input: JsonObject): string {
  const [first] = questionsIn(tool, input);
  return first?.question ?? (tool === "ExitPlanMode" ? "Carry out this plan?" : `${tool}?`);
}

/** `updates` come with a yes only. Whatever isn't a clear yes is a no. */
export type Verdict = { readonly answer: Answer; readonly updates?: Updates; readonly wrong?: string };

export function answerIn(heard: Heard | "gone"): Verdict {
  if (heard === "gone") return deny("Nobody is there any more to answer.");
  if (!heard.ok) return deny(`The question failed: ${heard.error}`);
  const { response } = heard;
  if (response["behavior"] === "allow") return allow(response);
  if (response["behavior"] !== "deny") return { ...deny("The answer can't be read."), wrong: "it says neither allow nor deny" };
  const message = stringIn(response, "message");
  return {
    answer: { behavior: "deny", ...(message !== undefined && { message }), ...(response["interrupt"] === true && { interrupt: true }) },
  };
}

function allow(response: JsonObject): Verdict {
  const { updatedInput } = response;
  if (updatedInput !== undefined && updatedInput !== null && !isObject(updatedInput))
    return { ...deny("The answer can't be read."), wrong: "updatedInput is not an object" };
  const input = objectIn(response, "updatedInput");
  const updates = readUpdates(listIn(response, "updatedPermissions"));
  const { rules } = updates;
  return { answer: { behavior: "allow", scope: "once", ...(input && { input }), ...(rules.length > 0 && { rules }) }, updates };
}

const deny = (message: string): Verdict => ({ answer: { behavior: "deny", message } });

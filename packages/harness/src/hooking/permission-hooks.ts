/**
 * What hooks say where a person would be asked, and what they are told of it. A hook's yes stands for the person's: it answers a question,
 * never a denial.
 */
import type { Asked, Decision, JsonObject } from "@keelson/protocol";
import type { Answer } from "../house.ts";
import type { About, Voice } from "../question.ts";
import type { Hooking } from "./hooking.ts";
import { stopWords } from "./spoken.ts";

/** `updates`: what the hook wants beside it. `stop`: it ends the run, in words for the user. */
export type Answered = {
  readonly answer: Answer;
  readonly voice: Voice;
  readonly updates: readonly JsonObject[];
  readonly stop?: string;
};
type Request = { readonly asked: Pick<Asked, "tool" | "call">; readonly proposed: readonly string[] };

/** Undefined where the question stays open. */
export async function answerOf(hooking: Hooking, { asked, proposed }: Request, signal: AbortSignal): Promise<Answered | undefined> {
  const { tool, call } = asked;
  const outcome = await hooking.fire(
    "PermissionRequest",
    { tool_name: tool, tool_input: call.input, ...(proposed.length > 0 && { permission_suggestions: [suggestionOf(proposed)] }) },
    signal,
  );
  if (outcome?.stop)
    return { ...denied("the run ends here.", false), voice: voiceOf(outcome.stop.by.name), updates: [], stop: stopWords(outcome.stop) };
  const { decision, updatedInput, said } = outcome ?? {};
  if (decision?.behavior === "deny")
    return { ...denied(decision.reason, said?.interrupt === true), voice: voiceOf(decision.by.name), updates: [] };
  if (decision?.behavior !== "allow" || (tool === ANSWERED && !updatedInput)) return undefined;
  const answer: Answer = { behavior: "allow", scope: "once", ...(updatedInput && { input: updatedInput.input }) };
  return { answer, voice: voiceOf(decision.by.name), updates: said?.updatedPermissions ?? [] };
}

const ANSWERED = "AskUserQuestion"; // its yes is worth nothing without answers in the input

const denied = (message: string, interrupt: boolean): { readonly answer: Answer } => ({
  answer: { behavior: "deny", ...(message !== "" && { message }), interrupt },
});

const voiceOf = (name: string): Voice => ({ stage: "hooks", name: `${name[0]?.toUpperCase()}${name.slice(1)}` });

/** `Bash(npm test)` as hooks spell it. */
function suggestionOf(proposed: readonly string[]): JsonObject {
  const rules = proposed.map((rule) => {
    const parts = /^([^(]+)\(([^]*)\)$/.exec(rule);
    return parts ? { toolName: parts[1] ?? "", ruleContent: parts[2] ?? "" } : { toolName: rule };
  });
  return { type: "addRules", rules, behavior: "allow", destination: "session" };
}

type Denial = { readonly asked: Pick<Asked, "tool" | "call" | "mode">; readonly decision: Decision; readonly callId: string };

/** Of mode auto's denials hooks are told; true where one says that the model may try again. `decision`: what stands before nobody answered. */
export async function mayRetry(hooking: Hooking, { asked, decision, callId }: Denial, signal: AbortSignal): Promise<boolean> {
  const { tool, call, mode } = asked;
  if (mode !== "auto" || decision.stage !== "classifier") return false;
  const about = { tool_name: tool, tool_input: call.input, tool_use_id: callId, reason: decision.reason };
  return (await hooking.fire("PermissionDenied", about, signal))?.said.retry === true;
}

/** A question was put: who looks elsewhere may want to know. */
export const announcing =
  (hooking: Hooking) =>
  ({ tool, asksUser }: About, signal: AbortSignal): void =>
    hooking.observe(
      "Notification",
      {
        message: asksUser ? `keel has a question for you (${tool})` : `keel needs your permission to use ${tool}`,
        title: "keel",
        notification_type: "permission_prompt",
      },
      signal,
    );

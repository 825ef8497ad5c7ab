/** A hook's JSON as a verdict: which of its fields decide, which are handed on. */
import type { HookBehavior, HookSaid, JsonObject } from "@keelson/protocol";
import { EVENTS } from "../event/events.ts";
import { failsShut, gateOf, type Judged } from "./gate.ts";
import type { Verdict } from "./result.ts";
import type { Said } from "./schema.ts";

const LONGEST_CLASSIFIER_CONTEXT = 2_000; // characters
const ACTED: Readonly<Record<"block" | "deny" | "approve" | "allow", HookBehavior>> = {
  block: "deny",
  deny: "deny",
  approve: "allow",
  allow: "allow",
};

/** `reason`: as it was given, whether it decides anything or not. */
export type SaidVerdict = Verdict & { readonly reason?: string };

export async function saidBy(json: JsonObject, judged: Judged): Promise<SaidVerdict> {
  const { readSaid } = await import("./schema.ts"); // brings zod, which a session without hooks needn't load
  const { event } = judged.hook;
  const said = readSaid(event, json);
  const { universal, specific, wrong } = said;
  const given = decisionOf(said, judged);
  const decision = judged.hook.matcher.kind === "broken" && given?.behavior === "allow" ? undefined : given; // it may not even be meant
  const broken = wrong.length > 0 ? `What it printed has fields of the wrong kind, which are left out: ${wrong.join(", ")}.` : undefined;
  const denied = broken !== undefined && decision === undefined && failsShut(judged.hook);
  const input =
    judged.hook.matcher.kind === "broken"
      ? undefined
      : (specific.updatedInput ?? (specific.decision?.behavior === "allow" ? specific.decision.updatedInput : undefined));
  return {
    ended: decision?.behavior === "deny" || denied ? "blocked" : "ok",
    ...(decision !== undefined && { decision }),
    ...(denied && { decision: { behavior: "deny", reason: broken } }),
    ...(input !== undefined && { updatedInput: input }),
    ...(specific.additionalContext?.trim() && { context: specific.additionalContext }),
    ...(universal.systemMessage?.trim() && { message: universal.systemMessage }),
    ...(universal.continue === false && EVENTS[event].heeds && { stop: universal.stopReason ?? universal.reason ?? "A hook stopped it." }),
    ...(universal.suppressOutput === true && { suppressOutput: true }),
    ...(universal.reason !== undefined && { reason: universal.reason }),
    ...(broken !== undefined && { problem: broken }),
    said: restOf(said),
  };
}

/** The event's own field speaks before the general one. */
function decisionOf({ universal, specific }: Said, judged: Judged): Verdict["decision"] {
  const { permissionDecision, permissionDecisionReason, decision: request } = specific;
  if (!EVENTS[judged.hook.event].says.includes("decision") && gateOf(judged) !== "blocks") return undefined;
  const behavior = permissionDecision ?? request?.behavior ?? (universal.decision && ACTED[universal.decision]);
  if (behavior === undefined) return undefined;
  const given = permissionDecisionReason ?? (request?.behavior === "deny" ? request.message : undefined) ?? universal.reason;
  return { behavior, reason: given ?? "" };
}

function restOf({ universal: { terminalSequence }, specific }: Said): HookSaid {
  const { additionalContext: _, permissionDecision: __, permissionDecisionReason: ___, updatedInput: ____, decision, ...rest } = specific;
  const { classifierContext } = rest;
  return {
    ...rest,
    ...(classifierContext !== undefined && { classifierContext: classifierContext.slice(0, LONGEST_CLASSIFIER_CONTEXT) }),
    ...(decision?.behavior === "allow" && decision.updatedPermissions && { updatedPermissions: decision.updatedPermissions }),
    ...(decision?.behavior === "deny" && decision.interrupt !== undefined && { interrupt: decision.interrupt }),
    ...(terminalSequence !== undefined && { terminalSequence }),
  };
}

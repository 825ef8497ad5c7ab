import { randomUUID } from "node:crypto";
import { decide, standardStages, suggestRule, type Stages } from "@keelson/permissions";
import type { Asked, BoundCall, Decision, Event, JsonObject, Mode, Permit, Ports, Rule, Tool, ToolContext } from "@keelson/protocol";
import type { Answer, Ask, Question } from "./house.ts";

export type Permitting = {
  readonly mode: () => Mode;
  readonly rules: readonly Rule[];
  readonly directories: readonly string[];
  readonly home: string;
  readonly tools: ReadonlyMap<string, Tool>;
  /** Nobody to ask: an ask is a denial. */
  readonly ask: Ask | undefined;
};
type Allowed = Extract<Answer, { behavior: "allow" }>;

/** Judges each call by the stages; a question stands in the log before it is asked, and its answer before it counts. */
export function permitting({ mode, rules, directories, home, tools, ask }: Permitting): Ports["permit"] {
  let granted: readonly Rule[] = []; // by the user, for this session
  const standard = standardStages(); // one for all calls: it reads each rule once
  const askedOf = (tool: string, call: BoundCall, cwd: string): Asked => ({
    tool,
    call,
    mode: mode(),
    rules: [...rules, ...granted],
    cwd,
    directories,
    home,
  });

  return async function* ({ name }, call, ctx) {
    const asked = askedOf(name, call, ctx.cwd);
    let pending: Decision | undefined;
    const stages: Stages = { ...standard, user: async ({ soFar }) => void (pending = soFar) };
    const decision = await decide(asked, stages, ctx.signal);
    if (decision.behavior === "allow") return yield* judged({ decision, call }, ctx.callId, false);
    const suggestion = await suggestRule(asked, stages, ctx.signal);
    if (pending === undefined || !ask) return yield* judged({ decision, call, suggestion }, ctx.callId, false);
    const question = questionOf(asked, { opinion: pending, suggestion }, ctx.callId);
    const answer = yield* putToUser(question, ask, ctx);
    if (answer.behavior === "deny") {
      const reason = `The user said no${answer.message ? `: ${answer.message}` : "."}`;
      return yield* judged({ decision: byUser(pending, "deny", reason), call }, ctx.callId, answer.interrupt === true);
    }
    granted = [...granted, ...grantedBy(answer, question, ctx.cwd)];
    return yield* judged(await replaced(answer, pending, asked, ctx), ctx.callId, false);
  };

  /** What the user put in place of the input is judged as if the model had asked for it; the user's word answers an ask, never a denial. */
  async function replaced({ input }: Allowed, pending: Decision, asked: Asked, { cwd, signal }: ToolContext): Promise<Verdict> {
    const decision = byUser(pending, "allow", "The user allowed it.");
    if (input === undefined || JSON.stringify(input) === JSON.stringify(asked.call.input)) return { decision, call: asked.call };
    const bound = tools.get(asked.tool)?.bind(input, cwd);
    if (!bound?.ok)
      return {
        decision: byUser(pending, "deny", `The input the user gave instead can't be used. ${bound?.error ?? ""}`),
        call: asked.call,
      };
    const stages: Stages = {
      ...standard,
      user: async () => ({ behavior: "allow", reason: "The user allowed it, with an input of their own.", explicit: true }),
    };
    const again = await decide(askedOf(asked.tool, bound.call, cwd), stages, signal);
    return { decision: again, call: bound.call };
  }
}

/** `suggestion`: the rule that would have allowed it, where nobody was asked. */
type Verdict = { readonly decision: Decision; readonly call: BoundCall; readonly suggestion?: string | undefined };

async function* judged({ decision, call, suggestion }: Verdict, callId: string, interrupt: boolean): AsyncGenerator<Event, Permit> {
  const named = decision.behavior === "deny" && suggestion !== undefined;
  yield { type: "call.judged", callId, decision, ...(named && { suggestion }) };
  if (decision.behavior === "allow") return { behavior: "allow", call };
  return { behavior: "deny", message: `Not allowed, nothing ran. ${decision.reason}`, interrupt };
}

async function* putToUser(question: Question, ask: Ask, { callId, signal }: ToolContext): AsyncGenerator<Event, Answer> {
  const askId = randomUUID();
  const { tool, input, opinion, suggestion } = question;
  const body: JsonObject = { tool, input, reason: opinion.reason, ...(suggestion !== undefined && { suggestion }) };
  yield { type: "ask.opened", askId, kind: "permission", callId, body };
  const answer = await ask(question, signal);
  yield { type: "ask.answered", askId, answer: { ...answer }, by: "user" };
  return answer;
}

function questionOf(
  asked: Asked,
  { opinion, suggestion }: Pick<Question, "opinion"> & { readonly suggestion: string | undefined },
  callId: string,
): Question {
  const { tool, call } = asked;
  return { callId, tool, input: call.input, effects: call.effects, opinion, ...(suggestion !== undefined && { suggestion }) };
}

const byUser = (pending: Decision, behavior: "allow" | "deny", reason: string): Decision => ({
  ...pending,
  behavior,
  reason,
  explicit: true,
  stage: "user",
});

function grantedBy({ scope, rules = [] }: Allowed, { suggestion }: Question, base: string): readonly Rule[] {
  const own = scope === "session" && suggestion !== undefined ? [{ text: suggestion, behavior: "allow" as const }] : [];
  return [...own, ...rules].map((rule) => ({ ...rule, source: "session", base }));
}

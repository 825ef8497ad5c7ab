import { decide, proposeRules, type Stages } from "@keelson/permissions";
import type { Asked, BoundCall, Decision, Event, Judge, Mode, Permit, Ports, Rule, Tool, ToolContext } from "@keelson/protocol";
import { approve, type Approvals } from "./approvals.ts";
import type { Hooking } from "./hooking/hooking.ts";
import { beforeCall, rewritten, withAfter } from "./hooking/tool-hooks.ts";
import type { Answer } from "./house.ts";
import { aboutOf, byUser, onlyUser, put, type Asker } from "./question.ts";

export type Permitting = Asker & {
  readonly mode: () => Mode;
  readonly rules: readonly Rule[];
  readonly approvals: Approvals;
  readonly directories: readonly string[];
  readonly home: string;
  readonly tools: ReadonlyMap<string, Tool>;
  /** The path of a sub-agent; undefined for the session itself. */
  readonly agent: string | undefined;
  /** One for all calls: it reads each rule once. */
  readonly stages: Stages;
  readonly hooking: Hooking;
  /** In words who is changing what the call would change. */
  readonly taken: (call: BoundCall) => string | undefined;
};
type Allowed = Extract<Answer, { behavior: "allow" }>;

/** Judges each call by the stages; a question stands in the log before it is asked, and its answer before it counts. */
export function permitting(house: Permitting): Ports["permit"] {
  const { mode, rules, approvals, directories, home, tools, agent, taken, hooking, stages: standard } = house;
  const askedOf = (tool: string, call: BoundCall, cwd: string): Asked => ({
    tool,
    call,
    mode: mode(),
    rules: [...rules, ...approvals.rules, ...approvals.lent],
    cwd,
    directories,
    home,
  });

  return async function* ({ name }, given, ctx) {
    const first = await weigh(name, given, ctx);
    if ("behavior" in first) return first.behavior === "defer" ? { behavior: "defer" } : yield* judged(first.verdict, ctx.callId);
    const { call, asked, decision, stages } = first;
    const about = { name, callId: ctx.callId };
    const allowed = decision.behavior === "allow";
    const pending = allowed && call.asksUser ? onlyUser(decision) : first.pending;
    if (allowed && !call.asksUser) return yield* judged(untaken({ decision, call: withAfter(call, hooking, about) }, taken), ctx.callId);
    const proposed = call.asksUser ? [] : await proposeRules(asked, stages, ctx.signal);
    const suggestion = proposed.length === 0 ? undefined : proposed.join(", ");
    if (pending === undefined) return yield* judged({ decision, call, suggestion }, ctx.callId);

    const answer = yield* put(aboutOf({ asked, opinion: pending, proposed, agent, callId: ctx.callId }), house, ctx);
    if (answer === "deferred") return { behavior: "defer" };
    if (answer === "nobody") return yield* judged({ decision: nobody(decision, pending), call, suggestion }, ctx.callId);
    if (answer === "expired")
      return yield* judged({ decision: byUser(pending, "deny", "Nobody answered the question in time."), call }, ctx.callId);
    if (answer.behavior === "deny") {
      return yield* judged(
        { decision: byUser(pending, "deny", refusalOf(answer)), call, interrupt: answer.interrupt === true },
        ctx.callId,
      );
    }
    yield* approve(approvals, answer, proposed, ctx.cwd);
    const verdict = await replaced(answer, { pending, asked, tools, standard }, ctx);
    return yield* judged(untaken({ ...verdict, call: withAfter(verdict.call, hooking, about) }, taken), ctx.callId);
  };

  /** All stages but the user; a hook that gives another input has the call judged from the beginning, and is asked once. */
  async function weigh(
    name: string,
    given: BoundCall,
    ctx: ToolContext,
  ): Promise<Weighed | { readonly behavior: "defer" } | { readonly behavior: "deny"; readonly verdict: Verdict }> {
    const before = beforeCall(hooking, { name, callId: ctx.callId });
    const open: { soFar?: Decision } = {};
    const user: Judge = async ({ soFar }) => void (open.soFar = soFar);
    const stages: Stages = { ...standard, ...(hooking.any && { hooks: before.judge }), user };
    const judge = async (call: BoundCall): Promise<Weighed> => {
      const asked = askedOf(name, call, ctx.cwd);
      delete open.soFar;
      const decision = await decide(asked, stages, ctx.signal);
      return { call, asked, decision, stages, pending: open.soFar };
    };
    const first = await judge(given);
    const instead = rewritten(before.outcome(), tools.get(name), ctx.cwd);
    if (typeof instead === "string") return { behavior: "deny", verdict: { decision: byHook(first.decision, instead), call: given } };
    const weighed = instead ? await judge(instead) : first;
    const deferred = before.outcome()?.decision?.behavior === "defer" && weighed.decision.behavior !== "deny";
    return deferred ? { behavior: "defer" } : weighed;
  }
}

type Put = {
  readonly pending: Decision;
  readonly asked: Asked;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly standard: Stages;
};

/** What the user put in place of the input is judged as if the model had asked for it; the user's word answers an ask, never a denial. */
async function replaced({ input }: Allowed, { pending, asked, tools, standard }: Put, { cwd, signal }: ToolContext): Promise<Verdict> {
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
  const again = await decide({ ...asked, call: bound.call }, stages, signal);
  return { decision: again, call: bound.call };
}

const refusalOf = ({ message }: Extract<Answer, { behavior: "deny" }>): string => `The user said no${message ? `: ${message}` : "."}`;

type Weighed = {
  readonly call: BoundCall;
  readonly asked: Asked;
  readonly decision: Decision;
  readonly stages: Stages;
  /** What the user is to be asked about. */
  readonly pending: Decision | undefined;
};

const byHook = (decision: Decision, reason: string): Decision => ({
  ...decision,
  behavior: "deny",
  explicit: true,
  stage: "hooks",
  reason,
});

/** `suggestion`: the rule that would have allowed it, where nobody was asked. */
type Verdict = {
  readonly decision: Decision;
  readonly call: BoundCall;
  readonly suggestion?: string | undefined;
  readonly interrupt?: boolean;
};

async function* judged({ decision, call, suggestion, interrupt = false }: Verdict, callId: string): AsyncGenerator<Event, Permit> {
  const named = decision.behavior === "deny" && suggestion !== undefined;
  yield { type: "call.judged", callId, decision, ...(named && { suggestion }) };
  if (decision.behavior === "allow") return { behavior: "allow", call };
  return { behavior: "deny", message: `Not allowed, nothing ran. ${decision.reason}`, interrupt };
}

/** A file that another agent is changing is left to it. */
function untaken(verdict: Verdict, taken: Permitting["taken"]): Verdict {
  const why = verdict.decision.behavior === "allow" ? taken(verdict.call) : undefined;
  return why === undefined ? verdict : { ...verdict, decision: { ...verdict.decision, behavior: "deny", reason: why } };
}

/** An ask that reaches nobody is a denial; the engine says so itself where it asked. */
const nobody = (decision: Decision, pending: Decision): Decision =>
  decision.behavior === "deny" ? decision : { ...pending, behavior: "deny", reason: `${pending.reason} Nobody is here to answer.` };

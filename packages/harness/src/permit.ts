import { decide, proposeRules, type Stages } from "@keelson/permissions";
import type { Asked, BoundCall, Decision, Event, Mode, Permit, Ports, Rule, Tool, ToolContext } from "@keelson/protocol";
import { approve, type Approvals } from "./approvals.ts";
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
  /** In words who is changing what the call would change. */
  readonly taken: (call: BoundCall) => string | undefined;
};
type Allowed = Extract<Answer, { behavior: "allow" }>;

/** Judges each call by the stages; a question stands in the log before it is asked, and its answer before it counts. */
export function permitting(house: Permitting): Ports["permit"] {
  const { mode, rules, approvals, directories, home, tools, agent, taken, stages: standard } = house;
  const askedOf = (tool: string, call: BoundCall, cwd: string): Asked => ({
    tool,
    call,
    mode: mode(),
    rules: [...rules, ...approvals.rules],
    cwd,
    directories,
    home,
  });

  return async function* ({ name }, call, ctx) {
    const asked = askedOf(name, call, ctx.cwd);
    let pending: Decision | undefined;
    const stages: Stages = { ...standard, user: async ({ soFar }) => void (pending = soFar) };
    const decision = await decide(asked, stages, ctx.signal);
    if (call.asksUser && decision.behavior === "allow") pending = onlyUser(decision);
    else if (decision.behavior === "allow") return yield* judged(untaken({ decision, call }, taken), ctx.callId);
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
    return yield* judged(untaken(await replaced(answer, pending, asked, ctx), taken), ctx.callId);
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

const refusalOf = ({ message }: Extract<Answer, { behavior: "deny" }>): string => `The user said no${message ? `: ${message}` : "."}`;

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

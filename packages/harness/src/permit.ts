import { decide, proposeRules, type Stages } from "@keelson/permissions";
import type { Asked, BoundCall, Decision, Event, JsonObject, Judge, Mode, Permit, Ports, Rule, Tool, ToolContext } from "@keelson/protocol";
import { approve, type Approvals } from "./approvals.ts";
import type { Hooking } from "./hooking/hooking.ts";
import { announcing, answerOf, mayRetry } from "./hooking/permission-hooks.ts";
import type { Updatable } from "./hooking/permission-updates.ts";
import { stopNotice, stopWords } from "./hooking/spoken.ts";
import { askIn, beforeCall, rewritten, withAfter } from "./hooking/tool-hooks.ts";
import type { Answer } from "./house.ts";
import { aboutOf, byVoice, onlyUser, put, USER, type Asker, type Voice } from "./question.ts";

export type Permitting = Asker & {
  readonly mode: () => Mode;
  /** By a hook; in words why not. */
  readonly setMode: (mode: Mode) => string | undefined;
  /** By a hook; in words why not. */
  readonly addFolder: Updatable["addFolder"];
  /** Asked at each call: a rule that comes while the session runs holds from the next one on. */
  readonly rules: () => readonly Rule[];
  readonly approvals: Approvals;
  readonly directories: () => readonly string[];
  readonly home: string;
  readonly tools: () => ReadonlyMap<string, Tool>;
  /** The path of a sub-agent; undefined for the session itself. */
  readonly agent: string | undefined;
  /** The same for as long as the settings are: it reads each rule once. */
  readonly stages: () => Stages;
  readonly hooking: Hooking;
  /** In words who is changing what the call would change. */
  readonly taken: (call: BoundCall) => Promise<string | undefined>;
};
type Allowed = Extract<Answer, { behavior: "allow" }>;

/** Judges each call by the stages; a question stands in the log before it is asked, and its answer before it counts. */
export function permitting(house: Permitting): Ports["permit"] {
  const { approvals, tools, agent, taken, hooking } = house;
  const asker: Asker = { ...house, announce: announcing(hooking) };
  const weigh = weighing(house);

  return async function* ({ name }, given, ctx) {
    const first = await weigh(name, given, ctx);
    if ("behavior" in first) return first.behavior === "defer" ? { behavior: "defer" } : yield* judged(first.verdict, ctx.callId);
    const { call, asked, decision, stages } = first;
    const about = { name, callId: ctx.callId };
    const allowed = decision.behavior === "allow";
    const pending = allowed && call.asksUser ? onlyUser(decision) : first.pending;
    if (allowed && !call.asksUser)
      return yield* judged(await untaken({ decision, call: withAfter(call, hooking, about) }, taken), ctx.callId);
    const proposed = call.asksUser ? [] : await proposeRules(asked, stages, ctx.signal);
    const suggestion = proposed.length === 0 ? undefined : proposed.join(", ");
    const refused = async (verdict: Decision, stood: Decision): Promise<Verdict> => ({
      decision: first.askedBy === undefined ? verdict : unanswered(first.askedBy, asked.mode),
      call,
      suggestion,
      retry: await mayRetry(hooking, { asked, decision: stood, callId: ctx.callId }, ctx.signal),
    });
    if (pending === undefined) return yield* judged(await refused(decision, decision), ctx.callId);

    const known = house.recollection.askAbout(ctx.callId)?.answer !== undefined;
    const said = known ? undefined : await answerOf(hooking, { asked, proposed }, ctx.signal);
    const { voice = USER } = said ?? {};
    const answer = said?.answer ?? (yield* put(aboutOf({ asked, opinion: pending, proposed, agent, callId: ctx.callId }), asker, ctx));
    if (answer === "deferred") return { behavior: "defer" };
    if (answer === "nobody") return yield* judged(await refused(nobody(decision, pending), pending), ctx.callId);
    if (answer === "expired")
      return yield* judged({ decision: byVoice(USER, pending, "deny", "Nobody answered the question in time."), call }, ctx.callId);
    if (answer.behavior === "deny") {
      const verdict = byVoice(voice, pending, "deny", refusalOf(answer, voice));
      return yield* judged({ decision: verdict, call, interrupt: answer.interrupt === true, stop: said?.stop }, ctx.callId);
    }
    if (said && said.updates.length > 0) yield* updated(said.updates, { ...house, base: ctx.cwd });
    yield* approve(approvals, answer, proposed, ctx.cwd);
    const verdict = await replaced(answer, { pending, asked, tools: tools(), standard: house.stages(), voice }, ctx);
    return yield* judged(await untaken({ ...verdict, call: withAfter(verdict.call, hooking, about) }, taken), ctx.callId);
  };
}

async function* updated(updates: readonly JsonObject[], of: Updatable): AsyncGenerator<Event> {
  const { applyUpdates } = await import("./hooking/permission-updates.ts");
  for (const text of await applyUpdates(updates, of)) yield { type: "notice.raised", severity: "warning", code: "hook_unmet", text };
}

/** All stages but the user; a hook that gives another input has the call judged from the beginning, and is asked once. */
function weighing({ mode, rules, approvals, directories, home, tools, hooking, ask, stages: standard }: Permitting) {
  const askedOf = (tool: string, call: BoundCall, cwd: string): Asked => ({
    tool,
    call,
    mode: mode(),
    rules: [...rules(), ...approvals.rules, ...approvals.lent],
    cwd,
    directories: directories(),
    home,
  });
  return async (
    name: string,
    given: BoundCall,
    ctx: ToolContext,
  ): Promise<Weighed | { readonly behavior: "defer" } | { readonly behavior: "deny"; readonly verdict: Verdict }> => {
    const before = beforeCall(hooking, { name, callId: ctx.callId });
    const open: { soFar?: Decision } = {};
    const user: Judge = async ({ soFar }) => void (open.soFar = soFar);
    const stages: Stages = { ...standard(), ...(hooking.any && { hooks: before.judge }), user };
    const judge = async (call: BoundCall): Promise<Omit<Weighed, "askedBy">> => {
      const asked = askedOf(name, call, ctx.cwd);
      delete open.soFar;
      const decision = await decide(asked, stages, ctx.signal);
      return { call, asked, decision, stages, pending: open.soFar };
    };
    const first = await judge(given);
    const { stop } = before.outcome() ?? {};
    if (stop) return { behavior: "deny", verdict: { decision: first.decision, call: given, stop: stopWords(stop) } };
    const instead = rewritten(before.outcome(), tools().get(name), ctx.cwd);
    if (typeof instead === "string") return { behavior: "deny", verdict: { decision: byHook(instead), call: given } };
    const weighed = instead ? await judge(instead) : first;
    // With a person there it is a question. Without one what nobody allowed isn't forbidden: the run waits for who resumes it.
    const forbidden = weighed.decision.behavior === "deny" && weighed.pending === undefined;
    const deferred = before.outcome()?.decision?.behavior === "defer" && ask === undefined && !forbidden;
    return deferred ? { behavior: "defer" } : { ...weighed, askedBy: askIn(before.outcome()) };
  };
}

type Put = {
  readonly pending: Decision;
  readonly asked: Asked;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly standard: Stages;
  readonly voice: Voice;
};

/** What is put in place of the input is judged as if the model had asked for it; a word answers an ask, never a denial. */
async function replaced({ input }: Allowed, put: Put, { cwd, signal }: ToolContext): Promise<Verdict> {
  const { pending, asked, tools, standard, voice } = put;
  const decision = byVoice(voice, pending, "allow", `${voice.name} allowed it.`);
  if (input === undefined || JSON.stringify(input) === JSON.stringify(asked.call.input)) return { decision, call: asked.call };
  const bound = tools.get(asked.tool)?.bind(input, cwd);
  if (!bound?.ok)
    return {
      decision: byVoice(voice, pending, "deny", `The input given instead can't be used. ${bound?.error ?? ""}`),
      call: asked.call,
    };
  const stages: Stages = {
    ...standard,
    user: async () => ({ behavior: "allow", reason: `${voice.name} allowed it, with another input.`, explicit: true }),
  };
  const again = await decide({ ...asked, call: bound.call }, stages, signal);
  return { decision: again.stage === "user" && again.behavior === "allow" ? { ...again, stage: voice.stage } : again, call: bound.call };
}

const refusalOf = ({ message }: Extract<Answer, { behavior: "deny" }>, { name }: Voice): string =>
  `${name} said no${message ? `: ${message}` : "."}`;

type Weighed = {
  readonly call: BoundCall;
  readonly asked: Asked;
  readonly decision: Decision;
  readonly stages: Stages;
  /** What the user is to be asked about. */
  readonly pending: Decision | undefined;
  /** A hook that wants it asked, in its words: whatever others say of the call, no rule answers for it. */
  readonly askedBy: string | undefined;
};

const byHook = (reason: string): Decision => ({ behavior: "deny", explicit: true, stage: "hooks", reason });

const unanswered = (words: string, mode: Mode): Decision =>
  byHook(
    `${words} ${mode === "dontAsk" ? "Mode dontAsk denies what would be asked." : "Nobody is here to be asked. Run it where somebody can answer."}`,
  );

/** `suggestion`: the rule that would have allowed it, where nobody was asked. */
type Verdict = {
  readonly decision: Decision;
  readonly call: BoundCall;
  readonly suggestion?: string | undefined;
  readonly interrupt?: boolean;
  /** A hook says that the model may try again. */
  readonly retry?: boolean;
  /** A hook ends the run, in words for the user. */
  readonly stop?: string | undefined;
};

async function* judged(
  { decision, call, suggestion, interrupt = false, retry = false, stop }: Verdict,
  callId: string,
): AsyncGenerator<Event, Permit> {
  const named = decision.behavior === "deny" && decision.stage !== "hooks" && suggestion !== undefined; // no rule lifts a hook's word
  yield { type: "call.judged", callId, decision, ...(named && { suggestion }) };
  if (stop !== undefined) yield stopNotice(stop);
  if (decision.behavior === "allow") return { behavior: "allow", call };
  return {
    behavior: "deny",
    message: `Not allowed, nothing ran. ${decision.reason}${retry ? " A hook says that you may try it again." : ""}`,
    interrupt,
    ...(stop !== undefined && { stop: true }),
  };
}

/** A file that another agent is changing is left to it. */
async function untaken(verdict: Verdict, taken: Permitting["taken"]): Promise<Verdict> {
  const why = verdict.decision.behavior === "allow" ? await taken(verdict.call) : undefined;
  if (why === undefined) return verdict;
  const { rule: _, ...decision } = verdict.decision; // the one that allowed it
  return { ...verdict, decision: { ...decision, behavior: "deny", reason: why } };
}

/** An ask that reaches nobody is a denial; the engine says so itself where it asked. */
const nobody = (decision: Decision, pending: Decision): Decision =>
  decision.behavior === "deny" ? decision : { ...pending, behavior: "deny", reason: `${pending.reason} Nobody is here to answer.` };

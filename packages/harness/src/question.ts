import { randomUUID } from "node:crypto";
import type { Asked, Decision, Event, JsonObject, ToolContext } from "@keelson/protocol";
import type { Answer, Ask, Question } from "./house.ts";
import type { Asking, Recollection } from "./recollection.ts";

/** How long a question waits for an answer when nobody is there. */
const ASK_TTL_MS = 7 * 86_400_000;

/** Who answers. `defer`: nobody is there, and the run is parked until somebody comes. */
export type Asker = {
  readonly ask: Ask | undefined;
  readonly defer: boolean;
  readonly recollection: Pick<Recollection, "askAbout">;
  /** Where the session itself keeps the question of a sub-agent, which only one who opens the agent's log would find. */
  readonly also?: (event: Event) => void;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
  /** Told of a question that is put, also where nobody is there yet. */
  readonly announce?: (about: About, signal: AbortSignal) => void;
};
export type About = Omit<Question, "askId">;
type Put = Answer | "nobody" | "deferred" | "expired";

/** Puts a question once: it is in the log before it is shown, and an answer that came meanwhile, by whatever way, is taken. */
export async function* put(
  about: About,
  { ask, defer, recollection, wall, announce, also }: Asker,
  ctx: ToolContext,
): AsyncGenerator<Event, Put> {
  const known = recollection.askAbout(ctx.callId);
  if (known?.answer) return answerIn(known.answer);
  if (known && isOver(known, wall())) return "expired";
  if (!ask && !defer && !known) return "nobody"; // what waits already goes on waiting
  const askId = known?.askId ?? randomUUID();
  const said = (event: Event): Event => {
    also?.(event);
    return event;
  };
  if (!known)
    yield said({
      type: "ask.opened",
      askId,
      kind: about.asksUser ? "question" : "permission",
      callId: ctx.callId,
      body: bodyOf(about, ctx.cwd),
      ...(!ask && { expiresAt: wall() + ASK_TTL_MS }),
    });
  if (!known || ask) announce?.(about, ctx.signal);
  if (!ask) return "deferred";
  const answer = await ask({ ...about, askId }, ctx.signal);
  if (answer === "later") return "deferred";
  yield said({
    type: "ask.answered",
    askId,
    answer: { ...answer, ...(answer.behavior === "allow" && { base: ctx.cwd }) },
    by: "user",
  });
  return answer;
}

type Subject = {
  readonly asked: Asked;
  readonly opinion: Decision;
  readonly proposed: readonly string[];
  readonly agent: string | undefined;
  readonly callId: string;
};
export function aboutOf({ asked: { tool, call }, opinion, proposed, agent, callId }: Subject): About {
  return {
    callId,
    tool,
    input: call.input,
    effects: call.effects,
    opinion,
    ...(call.asksUser && { asksUser: true as const }),
    ...(agent !== undefined && { agent }),
    ...(proposed.length > 0 && { suggestion: proposed.join(", "), rules: proposed }),
  };
}

/** A question to a person is asked whatever the mode and the rules say. */
export const onlyUser = (decision: Decision): Decision => ({
  ...decision,
  stage: "own_check",
  behavior: "ask",
  explicit: true,
  reason: "Only a person can answer it.",
});

/** What another program, or the next one, must know to show the question. */
function bodyOf({ tool, input, opinion, suggestion, rules, agent }: About, cwd: string): JsonObject {
  return {
    tool,
    input,
    reason: opinion.reason,
    cwd,
    ...(suggestion !== undefined && { suggestion }),
    ...(rules && { rules }),
    ...(agent !== undefined && { agent }),
  };
}

const isOver = ({ expiresAt }: Asking, now: number): boolean => expiresAt !== undefined && now >= expiresAt;

/** As it stands in a log; what can't be understood is no leave. */
function answerIn(answer: JsonObject): Answer {
  const { behavior, scope, until, input, message, interrupt } = answer;
  if (behavior !== "allow")
    return { behavior: "deny", ...(typeof message === "string" && { message }), ...(interrupt === true && { interrupt }) };
  return {
    behavior,
    scope: scope === "session" || scope === "project" ? scope : "once",
    ...(typeof until === "number" && { until }),
    ...(typeof input === "object" && input !== null && !Array.isArray(input) && { input: input as JsonObject }),
  };
}

/** Whose word answers a question: a person's, or a hook's in place of one. */
export type Voice = { readonly stage: "user" | "hooks"; readonly name: string };
export const USER: Voice = { stage: "user", name: "The user" };

export const byVoice = ({ stage }: Voice, pending: Decision, behavior: "allow" | "deny", reason: string): Decision => ({
  ...pending,
  behavior,
  reason,
  explicit: true,
  stage,
});

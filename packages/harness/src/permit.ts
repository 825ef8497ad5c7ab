import { randomUUID } from "node:crypto";
import { decide, standardStages, suggestRule, type Stages } from "@keelson/permissions";
import type { Asked, Decision, Event, JsonObject, Mode, Permit, Ports, Rule } from "@keelson/protocol";
import type { Answer, Ask, Question } from "./house.ts";

/** `rules` grows when the user answers for the whole session. */
export type Permitting = {
  readonly mode: Mode;
  readonly rules: readonly Rule[];
  readonly directories: readonly string[];
  readonly home: string;
  /** Nobody to ask: an ask is a denial. */
  readonly ask: Ask | undefined;
};

/** Judges each call by the stages; a question stands in the log before it is asked, and its answer before it counts. */
export function permitting({ mode, rules, directories, home, ask }: Permitting): Ports["permit"] {
  let granted: readonly Rule[] = [];
  return async function* (use, call, { cwd, callId, signal }) {
    const asked: Asked = { tool: use.name, call, mode, rules: [...rules, ...granted], cwd, directories, home };
    let pending: Decision | undefined;
    const stages: Stages = standardStages({ user: async ({ soFar }) => void (pending = soFar) });
    let decision = await decide(asked, stages, signal);
    let answer: Answer | undefined;
    if (pending !== undefined && ask) {
      const question = questionOf(asked, pending);
      answer = yield* putToUser(question, callId, ask, signal);
      decision = answered(pending, answer);
      const rule = answer.behavior === "allow" && answer.scope === "session" ? question.suggestion : undefined;
      if (rule !== undefined) granted = [...granted, { text: rule, behavior: "allow", source: "session", base: cwd }];
    }
    yield { type: "call.judged", callId, decision };
    return permitOf(decision, asked, answer);
  };
}

async function* putToUser(question: Question, callId: string, ask: Ask, signal: AbortSignal): AsyncGenerator<Event, Answer> {
  const askId = randomUUID();
  const { tool, input, opinion, suggestion } = question;
  const body: JsonObject = { tool, input, reason: opinion.reason, ...(suggestion !== undefined && { suggestion }) };
  yield { type: "ask.opened", askId, kind: "permission", callId, body };
  const answer = await ask(question, signal);
  yield { type: "ask.answered", askId, answer: { ...answer }, by: "user" };
  return answer;
}

function questionOf(asked: Asked, opinion: Decision): Question {
  const suggestion = suggestRule(asked);
  return {
    tool: asked.tool,
    input: asked.call.input,
    effects: asked.call.effects,
    opinion,
    ...(suggestion !== undefined && { suggestion }),
  };
}

function answered(pending: Decision, answer: Answer): Decision {
  const reason = answer.behavior === "allow" ? "The user allowed it." : `The user said no${answer.message ? `: ${answer.message}` : "."}`;
  return { ...pending, behavior: answer.behavior, reason, explicit: true, stage: "user" };
}

function permitOf({ behavior, reason }: Decision, { call }: Asked, answer: Answer | undefined): Permit {
  if (behavior === "allow") return { behavior: "allow", call };
  const interrupt = answer?.behavior === "deny" && answer.interrupt === true;
  return { behavior: "deny", message: `Not allowed, nothing ran. ${reason}`, interrupt };
}

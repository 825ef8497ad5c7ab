import type { Answer, Ask, Question } from "@keelson/harness";
import { choose, isCommand, LATER, type Person } from "./choose.ts";
import { choices, questionLines } from "./question-lines.ts";
import type { Said, Terminal } from "./terminal.ts";

/** Puts questions to the person, one at a time; `settled` is over when none stands open. */
export type Asker = { readonly ask: Ask; readonly settled: () => Promise<unknown> };
/** `whose`: how a sub-agent is called. `wall`: ms since the epoch. */
export type Askable = Person & {
  readonly terminal: Pick<Terminal, "ask" | "interject">;
  readonly whose: (agent: string) => string;
  readonly wall: () => number;
};

export function asker(person: Askable): Asker {
  const { terminal, look, line, apart, whose, wall } = person;
  let before: Promise<unknown> = Promise.resolve();
  const put = async (question: Question, signal: AbortSignal): Promise<Answer> => {
    signal.throwIfAborted();
    terminal.interject();
    if (question.asksUser) return await choose(question, person, signal);
    const label = question.agent === undefined ? undefined : whose(question.agent);
    await apart(questionLines(question, look(), label).join("\n"));
    for (;;) {
      const said = await terminal.ask(choices(question), { fresh: true }, signal);
      signal.throwIfAborted();
      if (isCommand(said)) await line(LATER);
      const answer = isCommand(said) ? undefined : understand(said, question, wall());
      if (answer) return answer;
    }
  };
  return {
    ask: (question, signal) => {
      const answer = before.then(() => put(question, signal));
      before = answer.catch(() => {}); // whoever asked hears of it
      return answer;
    },
    settled: () => before,
  };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
/** `p`, `p 7d`: hours, days, weeks. */
const PROJECT = /^p(?:roject)?(?:\s+(\d{1,3})\s*([hdw]))?$/;

/** Nothing said is no answer; anything but yes, always, project and no is an instruction. */
function understand(said: Said, { suggestion }: Pick<Question, "suggestion">, now: number): Answer | undefined {
  if (said.said !== "words") return { behavior: "deny", interrupt: true };
  const words = said.text.trim();
  if (words === "") return undefined;
  const word = words.toLowerCase();
  if (["y", "yes"].includes(word)) return { behavior: "allow", scope: "once" };
  if (["a", "always"].includes(word)) return suggestion === undefined ? undefined : { behavior: "allow", scope: "session" };
  const [project, count, unit = ""] = PROJECT.exec(word) ?? [];
  if (project !== undefined) {
    if (suggestion === undefined) return undefined;
    return { behavior: "allow", scope: "project", ...(count !== undefined && { until: now + Number(count) * (UNITS[unit] ?? 0) }) };
  }
  if (["n", "no"].includes(word)) return { behavior: "deny" };
  return { behavior: "deny", message: words };
}

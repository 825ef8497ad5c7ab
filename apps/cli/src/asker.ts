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
      const answer = isCommand(said) ? LATER : understand(said, question, wall());
      if (typeof answer === "object") return answer;
      if (answer !== "") await line(answer);
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

const ONCE = "  y allows it once, n refuses it; no rule could allow it for longer. Or say what to do instead.";
const SAYABLE = "  y once, a for this session, p in this folder from now on (p 12h, p 7d, p 2w: for so long), n, or what to do instead.";

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
/** `p`, `p 7d`: hours, days, weeks. */
const PROJECT = /^p(?:roject)?(?:\s+([1-9]\d{0,2})\s*([hdw]))?$/;

/** What nobody says to a model: a lone letter, or `p` with a time that there isn't. */
const SLIP = /^(?:\S|p(?:roject)?\s+(?:\S+|\d.*))$/;

/** In words, or silently, where it is no answer. Anything but yes, always, project and no is an instruction. */
function understand(said: Said, { suggestion }: Pick<Question, "suggestion">, now: number): Answer | string {
  if (said.said !== "words") return { behavior: "deny", interrupt: true };
  const words = said.text.trim();
  if (words === "") return "";
  const word = words.toLowerCase();
  if (["y", "yes"].includes(word)) return { behavior: "allow", scope: "once" };
  if (["a", "always"].includes(word)) return suggestion === undefined ? ONCE : { behavior: "allow", scope: "session" };
  const [project, count, unit = ""] = PROJECT.exec(word) ?? [];
  if (project !== undefined) {
    if (suggestion === undefined) return ONCE;
    return { behavior: "allow", scope: "project", ...(count !== undefined && { until: now + Number(count) * (UNITS[unit] ?? 0) }) };
  }
  if (["n", "no"].includes(word)) return { behavior: "deny" };
  if (SLIP.test(word)) return suggestion === undefined ? ONCE : SAYABLE;
  return { behavior: "deny", message: words };
}

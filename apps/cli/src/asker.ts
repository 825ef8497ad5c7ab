import type { Answer, Ask, Question } from "@keelson/harness";
import type { Look } from "./call-lines.ts";
import { choices, questionLines } from "./question-lines.ts";
import type { Said, Terminal } from "./terminal.ts";

/** Puts questions to the person, one at a time; `settled` is over when none stands open. */
export type Asker = { readonly ask: Ask; readonly settled: () => Promise<unknown> };

export function asker(terminal: Terminal, look: () => Look, line: (text: string) => Promise<void>): Asker {
  let before: Promise<unknown> = Promise.resolve();
  const put = async (question: Question, signal: AbortSignal): Promise<Answer> => {
    signal.throwIfAborted();
    await line(`\n${questionLines(question, look()).join("\n")}`);
    for (;;) {
      const said = await terminal.ask(choices(question), { fresh: true }, signal);
      signal.throwIfAborted();
      const answer = understand(said, question);
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

/** Nothing said is no answer; anything but yes, always and no is an instruction. */
function understand(said: Said, { suggestion }: Pick<Question, "suggestion">): Answer | undefined {
  if (said.said !== "words") return { behavior: "deny", interrupt: true };
  const words = said.text.trim();
  if (words === "") return undefined;
  const word = words.toLowerCase();
  if (["y", "yes"].includes(word)) return { behavior: "allow", scope: "once" };
  if (["a", "always"].includes(word)) return suggestion === undefined ? undefined : { behavior: "allow", scope: "session" };
  if (["n", "no"].includes(word)) return { behavior: "deny" };
  return { behavior: "deny", message: words };
}

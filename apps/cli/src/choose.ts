import type { Answer, Question } from "@keelson/harness";
import type { Look } from "./call-lines.ts";
import { visible } from "./clean.ts";
import { lineOf } from "./commands.ts";
import { pickIn, questionsIn, type Choice } from "./person-question.ts";
import type { Said, Terminal } from "./terminal.ts";

/** Somebody at the keyboard. */
export type Person = {
  readonly terminal: Pick<Terminal, "ask">;
  readonly look: () => Look;
  readonly line: (text: string) => Promise<void>;
  /** With room above it. */
  readonly apart: (text: string) => Promise<void>;
};

/** It is no instruction to the model. */
export const isCommand = (said: Said): boolean => said.said === "words" && lineOf(said.text, NONE).is !== "prompt";
/** No skill is started in the middle of a question. */
const NONE = { skills: [], starts: () => false, whyNot: () => undefined };
export const LATER = "  Commands wait until the question is answered.";

const GONE: Answer = { behavior: "deny", interrupt: true };

/** What only a person can say: a choice between options, a plan that is agreed to, or a plain yes. */
export async function choose(question: Question, person: Person, signal: AbortSignal): Promise<Answer> {
  const choices = questionsIn(question.tool, question.input);
  return choices.length > 0 ? await pickEach(choices, question, person, signal) : await agree(question, person, signal);
}

async function pickEach(choices: readonly Choice[], { input }: Question, person: Person, signal: AbortSignal): Promise<Answer> {
  const answers: Record<string, string> = {};
  for (const choice of choices) {
    const picked = await pick(choice, person, signal);
    if (picked === undefined) return GONE;
    answers[choice.question] = picked;
  }
  return { behavior: "allow", scope: "once", input: { ...input, answers } };
}

async function pick(choice: Choice, { terminal, look, line, apart }: Person, signal: AbortSignal): Promise<string | undefined> {
  const { paint } = look();
  const { question, options, several } = choice;
  const rows = options.map(
    ({ label, description }, at) => `    [${at + 1}] ${visible(label)}${description === "" ? "" : paint.dim(` · ${visible(description)}`)}`,
  );
  await apart([`${paint.warning("?")} ${paint.strong(visible(question))}`, ...rows].join("\n"));
  const prompt = `${several ? `Numbers such as 1,${options.length}` : `1 to ${options.length}`}, or your own words: `;
  for (;;) {
    const said = await terminal.ask(prompt, { fresh: true }, signal);
    signal.throwIfAborted();
    if (said.said !== "words") return undefined;
    const picked = said.text.trim() === "" || isCommand(said) ? undefined : pickIn(said.text, choice);
    if (picked !== undefined) return picked;
    if (said.text.trim() !== "") await line(paint.dim(isCommand(said) ? LATER : `  There are ${options.length} options.`));
  }
}

/** Anything but a yes or a no is what to do differently. */
async function agree({ tool, input }: Question, { terminal, look, line, apart }: Person, signal: AbortSignal): Promise<Answer> {
  const { paint } = look();
  const plan = typeof input["plan"] === "string" ? input["plan"] : undefined;
  const head = `${paint.warning("?")} ${paint.strong(plan === undefined ? (HEADS[tool] ?? visible(tool)) : "The plan")}`;
  await apart(
    [
      `\n${head}`,
      ...(plan === undefined
        ? []
        : visible(plan)
            .trim()
            .split("\n")
            .map((row) => `    ${row}`)),
    ].join("\n"),
  );
  for (;;) {
    const said = await terminal.ask(plan === undefined ? "[y]es, [n]o, or say what to do instead: " : PLAN, { fresh: true }, signal);
    signal.throwIfAborted();
    if (said.said !== "words") return GONE;
    const words = said.text.trim();
    if (/^y(es)?$/i.test(words)) return { behavior: "allow", scope: "once" };
    if (/^no?$/i.test(words)) return { behavior: "deny" };
    if (isCommand(said)) await line(paint.dim(LATER));
    else if (words !== "") return { behavior: "deny", message: words };
  }
}

const PLAN = "Carry it out? [y]es, [n]o, or say what to change: ";
const HEADS: Readonly<Record<string, string>> = { EnterPlanMode: "It wants to look around and plan first, and change nothing meanwhile." };

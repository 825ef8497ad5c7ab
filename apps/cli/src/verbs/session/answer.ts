import { existsSync } from "node:fs";
import type { JsonObject, SessionSummary } from "@keelson/protocol";
import { readArguments } from "../../arguments.ts";
import { DONE, FAILED, USAGE } from "../../exit.ts";
import { headless } from "../../headless.ts";
import { openQuestions, type Open } from "../../parked.ts";
import { pickIn, questionsIn } from "../../person-question.ts";
import { shortId } from "../../session-words.ts";
import { complain, say } from "../../tell.ts";
import type { AnswerAsked, Verdict } from "../lines/session.ts";
import { named, type Shelf } from "./session.ts";

/** Answers a question that was left open, and goes on with the run that waits for it, in its folder. */
export async function answer({ id, ask, verdict, goOn }: AnswerAsked, shelf: Shelf): Promise<number> {
  const { sessions, machine } = shelf;
  const session = await named(id, shelf);
  if (typeof session === "number") return session;
  const open = await openQuestions(sessions, session);
  const one = meant(open, ask, session);
  if (typeof one === "string") return await complain(one, machine, FAILED);
  const said = answerOf(verdict, one);
  if (typeof said === "string") return await complain(said, machine, USAGE);
  const trouble = await sessions.answer(session, one.id, said);
  if (trouble !== undefined) return await complain(trouble, machine, FAILED);
  const left = open.length - 1;
  if (left > 0) return await say(`Answered. ${left} more to answer: keel session show ${shortId(session.ref.session)}`, machine, DONE);
  return goOn
    ? await takeUp(session, goOn, shelf)
    : await say(`Answered. Go on with it: keel --resume ${shortId(session.ref.session)}`, machine, DONE);
}

/** In words which to name. */
function meant(open: readonly Open[], ask: string | undefined, { ref }: SessionSummary): Open | string {
  const id = shortId(ref.session);
  if (open.length === 0) return `Nothing is asked in ${id}: no question waits for an answer there, or its time is over.`;
  const fitting = ask === undefined ? open : open.filter((one) => one.id.startsWith(ask));
  const [first] = fitting;
  if (first && fitting.length === 1) return first;
  const shown = open.map((one) => `${shortId(one.id)} (${one.about})`).join(", ");
  return first
    ? `More than one question is open in ${id}: ${shown}. Name one.`
    : `No open question of ${id} begins with ${ask}. There are: ${shown}.`;
}

/** In words what is missing. */
function answerOf(verdict: Verdict, { tool, input }: Open): JsonObject | string {
  const questions = questionsIn(tool, input);
  if (verdict.behavior === "deny") return { ...verdict };
  if (!("picks" in verdict))
    return questions.length === 0 ? { ...verdict } : "It asks for a choice: --choose, with one answer for each question.";
  const { picks } = verdict;
  if (questions.length === 0) return "Nothing is to choose here: --allow or --deny answers it.";
  if (picks.length !== questions.length) return `There are ${questions.length} questions: --choose takes an answer for each of them.`;
  const answers: Record<string, string> = {};
  for (const [at, choice] of questions.entries()) {
    const picked = pickIn(picks[at] ?? "", choice);
    if (picked === undefined || picked === "")
      return `${choice.question} has ${choice.options.length} options: give a number from 1, a label, or words.`;
    answers[choice.question] = picked;
  }
  return { behavior: "allow", scope: "once", input: { ...input, answers } };
}

/** Nobody is here to be asked the next question: that one parks it again. */
async function takeUp(session: SessionSummary, flags: readonly string[], { machine, sessions }: Shelf): Promise<number> {
  const { ref } = session;
  const cwd = await sessions.folder(session);
  if (!existsSync(cwd))
    return await complain(
      `It is answered. The session's folder is gone: ${cwd}. Go on in another one with keel --resume ${shortId(ref.session)}.`,
      machine,
      FAILED,
    );
  const asked = readArguments(["-p", "--resume", ref.session, "--defer", ...flags], machine.version, () => false);
  if (asked.do !== "run")
    return await complain(
      `It is answered, and didn't go on: ${asked.do === "refuse" ? asked.text : "these flags aren't for a run."}`,
      machine,
      USAGE,
    );
  return await headless(asked, machine, cwd, asked.prompt === "" ? { got: "go on" } : undefined);
}

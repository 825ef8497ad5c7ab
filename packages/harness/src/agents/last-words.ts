/** What a sub-agent has come to, in words. */
import type { View } from "@keelson/protocol";
import { answerIn } from "../structured.ts";

const LONGEST_ANSWER = 100_000; // characters

/** The answer, or what came last before it broke off. */
export function lastWords(view: View): string {
  const answer = answerIn(view);
  if (answer !== "") return answer.slice(0, LONGEST_ANSWER);
  const said = [
    ...(view.reply?.blocks ?? []),
    ...view.messages.flatMap(({ role, content }) => (role === "assistant" ? content : [])).toReversed(),
  ];
  const last = said.find((block) => block.type === "text" && block["text"] !== "");
  return String(last?.["text"] ?? "").slice(0, LONGEST_ANSWER);
}

/** Of one that was cut. */
export const saidLast = (words: string): string => (words === "" ? "It had said nothing yet." : `It had said last:\n${words}`);

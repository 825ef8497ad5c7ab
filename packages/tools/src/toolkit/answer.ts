/** What an authored tool says, as the loop takes it. Rule: text for the model is capped at birth, whoever wrote it. */
import { text, type Block, type ToolOutput, type ToolStep } from "@keelson/protocol";
import { createExcerpt } from "../output/excerpt.ts";
import { MOST_SHOWN } from "../output/transcript.ts";

/** Words, or an output with its blocks; anything else is shown as JSON. */
export type Answer = string | ToolOutput | object | number | boolean | null | undefined;
/** Words for people, while it works. */
export type Step = string | ToolStep;

export async function* answering(said: Answer | Promise<Answer> | AsyncGenerator<Step, Answer>): AsyncGenerator<ToolStep, ToolOutput> {
  if (!isGenerator(said)) return outputOf(await said);
  let step = await said.next();
  try {
    while (!step.done) {
      yield typeof step.value === "string" ? { type: "progress", text: step.value } : step.value;
      step = await said.next();
    }
  } finally {
    if (!step.done) await said.return(undefined);
  }
  return outputOf(step.value);
}

function isGenerator(said: unknown): said is AsyncGenerator<Step, Answer> {
  return typeof said === "object" && said !== null && Symbol.asyncIterator in said && "next" in said;
}

function outputOf(answer: Answer): ToolOutput {
  if (!isOutput(answer)) return { content: [capped(text(wordsOf(answer)))] };
  return { ...answer, content: answer.content.map(capped) };
}

function isOutput(answer: Answer): answer is ToolOutput {
  return (
    typeof answer === "object" && answer !== null && "content" in answer && Array.isArray(answer.content) && answer.content.every(isBlock)
  );
}

const isBlock = (block: unknown): block is Block =>
  typeof block === "object" && block !== null && "type" in block && typeof block.type === "string";
const wordsOf = (answer: Answer): string =>
  (typeof answer === "string" ? answer : (JSON.stringify(answer, null, 2) ?? "")) || "(no output)";

function capped(block: Block): Block {
  if (block.type !== "text" || typeof block["text"] !== "string" || block["text"].length <= MOST_SHOWN) return block;
  const excerpt = createExcerpt(MOST_SHOWN);
  excerpt.add(block["text"]);
  return { ...block, text: excerpt.show((left) => `\n[… ${left} characters left out]\n`) };
}

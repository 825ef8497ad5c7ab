/**
 * What an authored tool says, as the loop takes it. Rule: text for the model is capped at birth, whoever wrote it, and a block that no
 * endpoint would take never comes into a conversation: it would stay there.
 */
import type { Block, ToolOutput, ToolStep } from "@keelson/protocol";
import { createExcerpt } from "../output/excerpt.ts";
import { MOST_SHOWN } from "../output/transcript.ts";
import { said } from "../define/said.ts";

/** Words, or an output with its blocks; anything else is shown as JSON. */
export type Answer = string | ToolOutput | object | number | boolean | null | undefined;
/** Words for people, while it works. */
export type Step = string | ToolStep;

export async function* answering(
  name: string,
  answer: Answer | Promise<Answer> | AsyncGenerator<Step, Answer>,
): AsyncGenerator<ToolStep, ToolOutput> {
  if (!isGenerator(answer)) return outputOf(name, await answer);
  let step = await answer.next();
  try {
    while (!step.done) {
      yield typeof step.value === "string" ? { type: "progress", text: step.value } : step.value;
      step = await answer.next();
    }
  } finally {
    if (!step.done) await answer.return(undefined);
  }
  return outputOf(name, step.value);
}

function isGenerator(answer: unknown): answer is AsyncGenerator<Step, Answer> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer && "next" in answer;
}

function outputOf(name: string, answer: Answer): ToolOutput {
  if (typeof answer !== "object" || answer === null || !("content" in answer) || !Array.isArray(answer.content))
    return said(capped(wordsOf(answer)));
  const content = answer.content.map((block: unknown): Block => {
    const why = whyNot(block);
    if (why !== undefined) throw new Error(`${name} ran, and its answer can't be shown: ${why}. Its author has to mend it.`);
    return block as Block;
  });
  const isError = "isError" in answer && answer.isError;
  return { ...("stop" in answer && typeof answer.stop === "string" && { stop: answer.stop }), isError, content: content.map(cappedBlock) };
}

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** In words why no endpoint would take it. */
function whyNot(block: unknown): string | undefined {
  if (!isRecord(block)) return "a block is an object with a type";
  if (block["type"] === "text")
    return typeof block["text"] === "string" && block["text"] !== "" ? undefined : "a text block has words in `text`";
  const source = block["source"];
  const kinds = block["type"] === "image" ? IMAGES : block["type"] === "document" ? ["application/pdf"] : undefined;
  if (!kinds) return `a block is a text, an image or a document, not ${JSON.stringify(block["type"]) ?? "nothing"}`;
  const holds = isRecord(source) && source["type"] === "base64" && kinds.includes(String(source["media_type"])) && isBase64(source["data"]);
  return holds ? undefined : `its source is { type: "base64", media_type: ${kinds.map((kind) => `"${kind}"`).join(" or ")}, data }`;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
const isBase64 = (data: unknown): boolean => typeof data === "string" && data.length >= 8 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);

const wordsOf = (answer: Answer): string =>
  (typeof answer === "string" ? answer : (JSON.stringify(answer, null, 2) ?? "")) || "(no output)";

const cappedBlock = (block: Block): Block => (block.type === "text" ? { ...block, text: capped(String(block["text"])) } : block);

function capped(words: string): string {
  if (words.length <= MOST_SHOWN) return words;
  const excerpt = createExcerpt(MOST_SHOWN);
  excerpt.add(words);
  return excerpt.show((left) => `\n[… ${left} characters left out]\n`);
}

import { isToolUse, type Block, type Envelope, type JsonObject } from "@keelson/protocol";

/** What a reader is shown of a session, in order: all that was said and done, also what the model sees no more. */
export type Passage =
  | { readonly kind: "said"; readonly who: "user" | "assistant" | "note"; readonly words: string; readonly at: number }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly input: JsonObject;
      readonly result: string;
      readonly outcome: string;
      readonly at: number;
    };

export async function* storyOf(envelopes: AsyncIterable<Envelope>): AsyncGenerator<Passage> {
  const asked = new Map<string, { readonly name: string; readonly input: JsonObject }>();
  for await (const { event, at } of envelopes) {
    if (event.type === "context.added") yield* said(event.from === "user" ? "user" : "note", event.content, at);
    if (event.type === "block.completed") {
      if (isToolUse(event.block)) asked.set(event.block.id, event.block);
      else yield* said("assistant", [event.block], at);
    }
    if (event.type === "context.edited") yield { kind: "said", who: "note", words: `The context was made smaller (${event.tier}).`, at };
    if (event.type === "call.completed") {
      const { name, input } = asked.get(event.callId) ?? { name: "unknown", input: {} };
      asked.delete(event.callId);
      yield { kind: "call", name, input, result: wordsOf(event.result["content"]), outcome: event.outcome, at };
    }
  }
  for (const { name, input } of asked.values()) yield { kind: "call", name, input, result: "", outcome: "unanswered", at: 0 };
}

function* said(who: "user" | "assistant" | "note", content: readonly Block[], at: number): Generator<Passage> {
  const words = wordsOf(content);
  if (words.trim() !== "") yield { kind: "said", who, words, at };
}

/** Pictures and documents are named, not printed. */
function wordsOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .flatMap((block: Block) =>
      block.type === "text"
        ? [String(block["text"] ?? "")]
        : ["thinking", "redacted_thinking"].includes(block.type)
          ? []
          : [`[${block.type}]`],
    )
    .join("\n");
}

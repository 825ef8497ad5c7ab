import type { Block, JsonObject } from "@keelson/protocol";
import { isObject } from "./json.ts";
import type { ReplyBlock } from "./reply.ts";

/** A block in the three forms it has on the wire: how it starts, the pieces that complete it, and the whole. */
export type Spelled = { readonly start: Block; readonly deltas: readonly Delta[]; readonly whole: Block };
/** `weight`: the text whose tokens the piece costs. */
type Delta = { readonly weight: string; readonly body: Block };

/** `place` makes ids that are unique in the conversation: the number of the reply, and of the block in it. */
export function spell(block: Exclude<ReplyBlock, { pause: number }>, place: string, chunk: number): Spelled {
  if ("raw" in block) return { start: block.raw, deltas: [], whole: block.raw };
  if ("text" in block) {
    const deltas = pieces(block.text, chunk).map((text) => ({ weight: text, body: { type: "text_delta", text } }));
    return { start: { type: "text", text: "" }, deltas, whole: { type: "text", text: block.text } };
  }
  if ("thinking" in block) {
    const { thinking, signature = Buffer.from(`keelson simulator ${place}`).toString("base64") } = block;
    const thoughts = pieces(thinking, chunk).map((piece) => ({ weight: piece, body: { type: "thinking_delta", thinking: piece } }));
    const signed = { weight: "", body: { type: "signature_delta", signature } };
    const start = { type: "thinking", thinking: "", signature: "" };
    return { start, deltas: [...thoughts, signed], whole: { type: "thinking", thinking, signature } };
  }
  const { tool: name, id = `toolu_sim_${place}` } = block;
  const written = "rawInput" in block ? block.rawInput : JSON.stringify(block.input);
  const use = (input: JsonObject): Block => ({ type: "tool_use", id, name, input });
  // The first piece is empty, as the API sends it; one of an input that isn't JSON is all that some clients see.
  const deltas = ["", ...pieces(written, chunk)].map((piece) => ({
    weight: piece,
    body: { type: "input_json_delta", partial_json: piece },
  }));
  return { start: use({}), deltas, whole: use("rawInput" in block ? parsed(block.rawInput) : block.input) };
}

/** Never cuts a character in two: one that takes two code units stays with the first. */
function pieces(text: string, chunk: number): readonly string[] {
  const all: string[] = [];
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + chunk;
    const last = text.charCodeAt(end - 1);
    if (last >= 0xd800 && last < 0xdc00) end++;
    all.push(text.slice(at, end));
  }
  return all;
}

/** Outside a stream an input that isn't a JSON object can't be sent: the block has an empty one then. */
function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

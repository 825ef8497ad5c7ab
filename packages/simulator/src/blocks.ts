import type { Block, JsonObject } from "@keelson/protocol";
import { isObject } from "./json.ts";
import type { SentBlock } from "./reply.ts";

/** A block in the three forms it has on the wire: how it starts, the pieces that complete it, and the whole. */
export type Spelled = { readonly start: Block; readonly deltas: readonly Delta[]; readonly whole: Block };
/** `weight`: the text whose tokens the piece costs. */
type Delta = { readonly weight: string; readonly body: Block };

/** `place` makes ids that are unique in the conversation: the number of the reply, and of the block in it. `before`: the reply's own blocks so far. */
export type Setting = {
  readonly place: string;
  readonly chunk: number;
  readonly before: readonly Block[];
  readonly sign: (thinking: string) => string;
};

export function spell(block: SentBlock, setting: Setting): Spelled {
  const { place, chunk, before, sign } = setting;
  if ("raw" in block) {
    const deltas = (block.deltas ?? []).map((body) => ({ weight: "", body }));
    return { start: block.raw, deltas, whole: block.raw };
  }
  if ("text" in block) return spellText(block, chunk);
  if ("thinking" in block) {
    const { thinking, signature = sign(thinking) } = block;
    const thoughts = pieces(thinking, chunk).map((piece) => ({ weight: piece, body: { type: "thinking_delta", thinking: piece } }));
    const signed = { weight: "", body: { type: "signature_delta", signature } };
    const start = { type: "thinking", thinking: "", signature: "" };
    return { start, deltas: [...thoughts, signed], whole: { type: "thinking", thinking, signature } };
  }
  if ("result" in block) {
    const asked = before.findLast(({ type }) => type === "server_tool_use");
    if (!asked) throw new Error("a result stands where no serverTool came before it.");
    const { type = resultType(String(asked["name"])) } = block;
    const whole = { type, tool_use_id: asked["id"] ?? null, content: block.result };
    return { start: whole, deltas: [], whole };
  }
  if ("serverTool" in block) {
    const { serverTool: name, id = `srvtoolu_sim_${place}`, input } = block;
    return spellCall({ type: "server_tool_use", id, name }, JSON.stringify(input), chunk);
  }
  const { tool: name, id = `toolu_sim_${place}` } = block;
  return spellCall({ type: "tool_use", id, name }, "rawInput" in block ? block.rawInput : JSON.stringify(block.input), chunk);
}

function spellText({ text, citations }: Extract<SentBlock, { text: string }>, chunk: number): Spelled {
  const words = pieces(text, chunk).map((piece) => ({ weight: piece, body: { type: "text_delta", text: piece } }));
  const cited = (citations ?? []).map((citation) => ({ weight: "", body: { type: "citations_delta", citation } }));
  const start = { type: "text", text: "", ...(citations && { citations: [] }) };
  return { start, deltas: [...words, ...cited], whole: { type: "text", text, ...(citations && { citations }) } };
}

function spellCall(call: Block, written: string, chunk: number): Spelled {
  // The first piece is empty, as the API sends it; one of an input that isn't JSON is all that some clients see.
  const deltas = ["", ...pieces(written, chunk)].map((piece) => ({
    weight: piece,
    body: { type: "input_json_delta", partial_json: piece },
  }));
  return { start: { ...call, input: {} }, deltas, whole: { ...call, input: parsed(written) } };
}

/** `web_search` is answered by a `web_search_tool_result`, and so on; the two searches of tools share a kind. */
export function resultType(tool: string): string {
  return `${tool.replace(/^(tool_search)_tool_(bm25|regex)$/, "$1")}_tool_result`;
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

import type { Block, DeltaKind, Json, JsonObject } from "@keelson/protocol";
import { isObject, textIn } from "./wire.ts";

export type Told = { readonly kind: DeltaKind; readonly delta: string };
export type Completed = { readonly block: Block; readonly malformed?: string };

/**
 * One content block while it streams. What it gathers is text until the block ends; input is parsed then, and only once.
 * A kind that isn't known travels as it came; a delta that isn't known is left out.
 */
export class OpenBlock {
  readonly #start: Block;
  readonly #citations: Json[] = [];
  #words = "";
  #blank = true;
  #input = "";
  #rest: JsonObject = {};

  constructor(start: Block) {
    this.#start = start;
    if (SPEAKS.includes(start.type)) this.#say(textIn(start[start.type]));
  }

  /** The block before it says anything: all of its words come as deltas. */
  get begun(): Block {
    const { type } = this.#start;
    return SPEAKS.includes(type) ? { ...this.#bare, [type]: "" } : this.#start;
  }
  get words(): string {
    return this.#words;
  }

  /** A text that says nothing so far. */
  get blank(): boolean {
    return this.#start.type === "text" && this.#blank;
  }

  add(delta: JsonObject): Told | undefined {
    const { type } = this.#start;
    switch (delta["type"]) {
      case "text_delta":
      case "thinking_delta":
        this.#say(textIn(delta[type]));
        return { kind: delta["type"] === "text_delta" ? "text" : "thinking", delta: textIn(delta[type]) };
      case "input_json_delta":
        this.#input += textIn(delta["partial_json"]);
        return { kind: "input", delta: textIn(delta["partial_json"]) };
      case "signature_delta":
        this.#rest = { ...this.#rest, signature: textIn(delta["signature"]) };
        return { kind: "signature", delta: textIn(delta["signature"]) };
      case "citations_delta":
        if (delta["citation"] !== undefined) this.#citations.push(delta["citation"]);
        return undefined;
      case "compaction_delta": {
        const { type: _, ...value } = delta; // the whole value at once, not a piece of it
        this.#rest = { ...this.#rest, ...value };
        return undefined;
      }
    }
    return undefined;
  }

  complete(): Completed {
    const { type } = this.#start;
    if (this.#input !== "" || TAKES_INPUT.includes(type)) return this.#completeInput();
    const words = SPEAKS.includes(type) && { [type]: this.#words };
    const citations = this.#citations.length > 0 && { citations: this.#citations };
    return { block: { ...this.#bare, ...words, ...citations, ...this.#rest } };
  }

  /** Looks at the new words alone: the whole text grows with every delta. */
  #say(words: string): void {
    this.#words += words;
    this.#blank &&= words.trim() === "";
  }

  #completeInput(): Completed {
    const start = this.#start["input"];
    if (this.#input.trim() === "") return { block: { ...this.#start, input: isObject(start) ? start : {} } };
    const input = parsed(this.#input);
    return isObject(input) ? { block: { ...this.#start, input } } : { block: { ...this.#start, input: {} }, malformed: this.#input };
  }

  /** `citations: null` says nothing, and not every endpoint takes it back. */
  get #bare(): Block {
    const { citations, ...bare } = this.#start;
    return Array.isArray(citations) && citations.length > 0 ? this.#start : bare;
  }
}

/** Kinds whose words stand in a field of the same name. */
const SPEAKS = ["text", "thinking"];
const TAKES_INPUT = ["tool_use", "server_tool_use", "mcp_tool_use"];

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

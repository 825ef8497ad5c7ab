import { randomUUID } from "node:crypto";
import { isToolUse, type Block, type JsonObject, type ModelPart, type Usage } from "@keelson/protocol";
import { OpenBlock } from "./block.ts";
import { addReport, NO_USAGE } from "./usage.ts";
import { isBlock, objectIn, textIn } from "./wire.ts";

/**
 * Turns the endpoint's events into parts. A block is told whole or not at all: what was open when a stream ends is never completed.
 * Ids are ours where the endpoint's can't be relied on: local servers leave them out, or count from zero in each reply.
 */
export class Reply {
  /** Of the calls that the conversation has already. */
  readonly #taken: ReadonlySet<string>;
  readonly #given = new Set<string>();
  readonly #open = new Map<unknown, { readonly block: OpenBlock; at: number }>();
  /** Blank texts that are over. Alone the endpoint refuses one; beside others it must come back as it was, or later thinking isn't valid. */
  readonly #held: { readonly block: OpenBlock; at: number }[] = [];
  #started = false;
  #told = 0;
  #asked = false;
  #stopReason = "";
  #details: JsonObject = {};
  #usage: Usage = NO_USAGE;
  #whole = false;

  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  /** The endpoint has said that it is done; without that, a reply was cut. */
  get whole(): boolean {
    return this.#whole;
  }

  *take(event: unknown): Generator<ModelPart> {
    const said = objectIn(event);
    switch (said["type"]) {
      case "message_start":
        return yield* this.#start(objectIn(said["message"]));
      case "content_block_start":
        return yield* this.#begin(said);
      case "content_block_delta":
        return yield* this.#add(said);
      case "content_block_stop":
        return yield* this.#complete(said["index"]);
      case "message_delta":
        this.#stopReason = textIn(objectIn(said["delta"])["stop_reason"]) || this.#stopReason;
        this.#details = objectIn(objectIn(said["delta"])["stop_details"]);
        this.#usage = addReport(this.#usage, said["usage"]);
        return;
      case "message_stop":
        for (const index of this.#open.keys()) yield* this.#complete(index); // some servers end blocks with the message
        yield* this.#start({});
        this.#whole = true;
    }
  }

  /** The last part. Some servers give no reason. */
  done(): ModelPart {
    const stopReason = this.#stopReason || (this.#asked ? "tool_use" : "end_turn");
    return { type: "done", stopReason, usage: this.#usage, ...(Object.keys(this.#details).length > 0 && { details: this.#details }) };
  }

  *#start(message: JsonObject): Generator<ModelPart> {
    if (this.#started) return;
    this.#started = true;
    this.#usage = addReport(this.#usage, message["usage"]);
    yield { type: "started", messageId: `${textIn(message["id"]) || "msg"}-${unique()}`, usage: this.#usage };
  }

  *#begin(said: JsonObject): Generator<ModelPart> {
    yield* this.#start({});
    yield* this.#complete(said["index"]); // the place is taken anew: what stood there is over
    const block = said["content_block"];
    if (!isBlock(block)) return;
    const open = { block: new OpenBlock(isToolUse(block) ? this.#named(block) : block), at: -1 };
    this.#open.set(said["index"], open);
    if (!open.block.blank) yield* this.#tell(open, open.block.words);
  }

  *#add(said: JsonObject): Generator<ModelPart> {
    const open = this.#open.get(said["index"]);
    const told = open?.block.add(objectIn(said["delta"]));
    if (!open || !told || told.delta === "" || open.block.blank) return;
    if (open.at < 0) yield* this.#tell(open, open.block.words); // with the white space that was held back
    else yield { type: "delta", index: open.at, ...told };
  }

  *#tell(open: { readonly block: OpenBlock; at: number }, words: string): Generator<ModelPart> {
    for (const blank of this.#held.splice(0)) {
      yield* this.#tell(blank, blank.block.words);
      yield { type: "block.completed", index: blank.at, ...blank.block.complete() };
    }
    const { begun } = open.block;
    open.at = this.#told++;
    yield { type: "block.started", index: open.at, block: begun };
    if (words !== "") yield { type: "delta", index: open.at, kind: begun.type === "text" ? "text" : "thinking", delta: words };
  }

  *#complete(index: unknown): Generator<ModelPart> {
    const open = this.#open.get(index);
    this.#open.delete(index);
    if (open?.block.blank && open.block.words !== "") this.#held.push(open);
    if (!open || open.block.blank) return;
    const completed = open.block.complete();
    this.#asked ||= isToolUse(completed.block);
    yield { type: "block.completed", index: open.at, ...completed };
  }

  /** A call's id is new in its conversation: answers find their call by it. */
  #named(block: Block): Block {
    const named = textIn(block["id"]);
    const id = named === "" || this.#taken.has(named) || this.#given.has(named) ? `toolu_${unique()}` : named;
    this.#given.add(id);
    return { ...block, id, name: textIn(block["name"]), input: block["input"] ?? {} };
  }
}

const unique = (): string => randomUUID().slice(-12);

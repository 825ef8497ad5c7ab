import { setTimeout as wait } from "node:timers/promises";
import {
  isModelError,
  type Block,
  type JsonObject,
  type Model,
  type ModelError,
  type ModelPart,
  type ModelRequest,
  type Usage,
} from "@keelson/protocol";

export const USAGE: Usage = { input: 1, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
export const use = (id: string, name: string, input: JsonObject = {}): Block => ({ type: "tool_use", id, name, input });

/** A reply is a list of blocks, pauses (ms), at most one error, and its stop reason at the end; none means that the stream is cut. */
export type Line = Block | number | ModelError | { readonly stop: string };
export type Script = (request: ModelRequest, at: number) => readonly Line[];
export const stop = (reason: string): Line => ({ stop: reason });
export const END = stop("end_turn");

export function scripted(script: Script, requests: ModelRequest[] = []): Model {
  return async function* (request, signal): AsyncGenerator<ModelPart> {
    const at = requests.push(request) - 1;
    yield { type: "started", messageId: `m${at}-${request.messages.length}-${Math.random()}`, usage: USAGE };
    let index = 0;
    for (const line of script(request, at)) {
      if (typeof line === "number") await wait(line, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return; // an abort may be silent
      if (typeof line === "number") continue;
      if (isModelError(line)) throw line;
      if ("stop" in line) yield { type: "done", stopReason: String(line.stop), usage: USAGE };
      else {
        yield { type: "block.started", index, block: { ...line, ...(line.type === "text" && { text: "" }) } };
        if (line.type === "text") yield { type: "delta", index, kind: "text", delta: String(line["text"]) };
        yield { type: "block.completed", index: index++, block: line };
      }
    }
  };
}

/** What a reader is shown of the model's words where MessageDisplay hooks may show others. Rule: the log and the model keep what was said. */
import { randomUUID } from "node:crypto";
import type { Envelope } from "@keelson/protocol";
import type { Hooking } from "./hooking.ts";

/** What of an envelope is shown; undefined for nothing. A promise only where a hook is asked. */
export type Show = (envelope: Envelope) => Envelope | undefined | Promise<Envelope>;

/** A text is held back until it is whole, and then shown at once; without such hooks nothing changes. */
export function showing(hooking: Pick<Hooking, "hears" | "fire">, running: () => AbortSignal): Show {
  let turn: string | undefined;
  return (envelope) => {
    const { event, path } = envelope;
    if (path.length > 0 || !hooking.hears("MessageDisplay")) return envelope;
    if (event.type === "turn.started") turn = undefined;
    if (event.type === "block.delta" && event.kind === "text") return undefined;
    if (event.type !== "block.completed" || event.block.type !== "text" || typeof event.block["text"] !== "string") return envelope;
    const { messageId, index, block } = event;
    turn ??= randomUUID();
    const told = { turn_id: turn, message_id: messageId, index, final: true, delta: String(block["text"]) };
    return hooking.fire("MessageDisplay", told, running()).then(
      (outcome) => {
        const text = outcome?.said.displayContent;
        return text === undefined ? envelope : { ...envelope, event: { ...event, block: { ...block, text } } };
      },
      () => envelope, // an abort ends the run by itself
    );
  };
}

/** The envelopes as they are shown. By hand: a generator costs each of them more than the look at it. */
export function shown(envelopes: AsyncGenerator<Envelope, void>, show: Show): AsyncGenerator<Envelope, void> {
  return {
    async next() {
      for (;;) {
        const step = await envelopes.next();
        if (step.done) return step;
        const looked = show(step.value);
        const value = looked instanceof Promise ? await looked : looked;
        if (value) return { value, done: false };
      }
    },
    return: (value) => envelopes.return(value),
    throw: (error) => envelopes.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: () => envelopes[Symbol.asyncDispose](),
  };
}

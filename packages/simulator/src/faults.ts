import type { MessageReply, Place } from "./reply.ts";
import { event, type Step } from "./step.ts";

/** Puts what goes wrong into an answer. In this order: silence, an error event, the end. */
export function faulty(steps: readonly Step[], { stall, errorEvent, cut }: MessageReply): readonly Step[] {
  let all = steps;
  if (stall) {
    const [before, after] = split(all, stall);
    all = [...before, stall.ms === undefined ? { do: "stall" } : { do: "wait", ms: stall.ms }, ...after];
  }
  if (errorEvent) {
    const { type, message, ...place } = errorEvent;
    all = [...split(all, { afterBlock: 0, ...place })[0], event({ type: "error", error: { type, message } })];
  }
  if (cut) {
    const [before, after] = split(all, cut);
    if (after.length > 0) all = cut.clean ? before : [...before, { do: "cut" }];
  }
  return all;
}

/** What comes before a place, and what comes after it. A place behind the end is the end. */
function split(steps: readonly Step[], { afterBlock = 0, inBlock, atByte }: Place): readonly [readonly Step[], readonly Step[]] {
  if (atByte !== undefined) return splitBytes(steps, atByte);
  const index = inBlock === undefined ? endOf(steps, afterBlock) : middleOf(steps, inBlock);
  return [steps.slice(0, index), steps.slice(index)];
}

const endOf = (steps: readonly Step[], block: number): number =>
  steps.findLastIndex((step) => step.block !== undefined && step.block <= block) + 1;

/** Halfway through the pieces of a block, but not before the first; after its start where it has none. */
function middleOf(steps: readonly Step[], block: number): number {
  const pieces = [...steps.keys()].filter((at) => steps[at]?.block === block && steps[at].do === "send");
  const deltas = pieces.filter((at) => steps[at]?.delta);
  const last = deltas[Math.max(1, Math.floor(deltas.length / 2)) - 1] ?? pieces[0];
  return last === undefined ? endOf(steps, block - 1) : last + 1;
}

function splitBytes(steps: readonly Step[], bytes: number): readonly [readonly Step[], readonly Step[]] {
  let left = bytes;
  for (const [at, step] of steps.entries()) {
    if (left === 0) return [steps.slice(0, at), steps.slice(at)];
    if (step.do !== "send") continue;
    if (left < step.bytes.length) {
      const [first, rest] = [step.bytes.subarray(0, left), step.bytes.subarray(left)];
      return [
        [...steps.slice(0, at), { ...step, bytes: first }],
        [{ ...step, bytes: rest }, ...steps.slice(at + 1)],
      ];
    }
    left -= step.bytes.length;
  }
  return [steps, []];
}

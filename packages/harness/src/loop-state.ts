import type { LoopOptions, LoopState, View } from "@keelson/protocol";

const FIRST_OUTPUT_TOKENS = 16_000;

/** What a run begins with: it has had no turn, and nothing has gone wrong. */
export function startOf(view: View, { models, outputLimit }: LoopOptions): LoopState {
  return {
    view,
    model: models[0] ?? "",
    turn: 0,
    because: "prompt",
    maxOutputTokens: Math.min(FIRST_OUTPUT_TOKENS, outputLimit),
    outputRoom: Infinity,
    outputResumes: 0,
    tries: {},
    rescues: 0,
    stopBlocks: 0,
    slowUntil: 0,
    pinned: 1,
    pauses: 0,
    malformedReplies: 0,
  };
}

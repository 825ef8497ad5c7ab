import {
  type Block,
  type Change,
  type ContextEdit,
  type ContinueReason,
  type EndReason,
  type Event,
  type LoopOptions,
  type LoopState,
  messagesOf,
  type ModelError,
  type Ports,
  type Rescue,
  text,
} from "@keelson/protocol";
import { RECOVERY, tried } from "./recovery.ts";

/** What the tables decide. Data: `take` alone acts. */
export type Step =
  | { readonly do: "settle"; readonly at: "tools" | "stop" }
  | { readonly do: "again" } // the server paused: send the same history
  | { readonly do: "escalate"; readonly tokens: number }
  | { readonly do: "resume" }
  | { readonly do: "wait"; readonly ms: number; readonly slowForMs?: number }
  | { readonly do: "fallback"; readonly model: string }
  | { readonly do: "rescue"; readonly how: Rescue; readonly error: ModelError }
  | { readonly do: "strip"; readonly what: "thinking" | "media" }
  | { readonly do: "cap_output"; readonly tokens: number }
  /** `why`: for people, where the reason alone doesn't say it. */
  | { readonly do: "end"; readonly reason: EndReason; readonly why?: string };

/** One run of the loop: the only cell that changes. */
export type Run = { state: LoopState; readonly ports: Ports; readonly options: LoopOptions; readonly signal: AbortSignal };

const STOP_BLOCKS = 8;
const MALFORMED_REPLIES = 3;
const HEARTBEAT_MS = 30_000;
const CONTINUE: Block = text("Your answer was cut at the output limit. Continue exactly where you stopped.");

/** Counts the failure, asks the table, acts. */
export async function* recover(error: ModelError, run: Run): AsyncGenerator<Event, EndReason | undefined> {
  const step = RECOVERY[error.code](error, run);
  const attempt = tried(run, error.code) + 1;
  run.state = { ...run.state, tries: { ...run.state.tries, [error.code]: attempt } };
  if (step.do === "end") yield { type: "notice.raised", severity: "error", code: error.code, text: error.message };
  else
    yield {
      type: "recovery.attempted",
      because: error.code,
      attempt,
      waitMs: step.do === "wait" ? step.ms : 0,
      ...(error.status !== undefined && { status: error.status }),
    };
  return yield* take(step, run);
}

/** Acts on a step: undefined means that the model is asked again. */
export async function* take(step: Step, run: Run): AsyncGenerator<Event, EndReason | undefined> {
  const { state, ports, signal } = run;
  switch (step.do) {
    case "settle":
      return yield* settle(step.at, run);
    case "again":
      return again(run, "pause_turn", { pauses: state.pauses + 1 });
    case "escalate":
      return again(run, "output_escalated", { maxOutputTokens: step.tokens });
    case "resume":
      yield { type: "context.added", from: "harness", content: [CONTINUE] };
      return again(run, "output_resumed", { outputResumes: state.outputResumes + 1 });
    case "wait":
      yield* pause(step.ms, run);
      return again(
        run,
        state.view.reply ? "salvaged" : "retry",
        step.slowForMs === undefined ? {} : { slowUntil: ports.clock.now() + step.slowForMs },
      );
    case "fallback":
      yield strip("thinking"); // another model's signatures
      return again(run, "fallback_model", { model: step.model, tries: {} });
    case "rescue":
      run.state = { ...state, rescues: state.rescues + 1 };
      if (yield* ports.rescue(step.how, run.state, step.error, signal))
        return again(run, step.how === "drain_collapse" ? "collapse_drained" : "compacted", { outputRoom: Infinity });
      return signal.aborted ? "aborted_streaming" : yield* recover(step.error, run); // it didn't help: the next one
    case "strip":
      yield strip(step.what);
      return again(run, step.what === "media" ? "media_stripped" : "thinking_stripped");
    case "cap_output":
      return again(run, "output_recomputed", { maxOutputTokens: step.tokens, outputRoom: step.tokens });
    case "end":
      if (step.why !== undefined) yield { type: "notice.raised", severity: "error", code: step.reason, text: step.why };
      return step.reason;
  }
}

async function* settle(at: "tools" | "stop", run: Run): AsyncGenerator<Event, EndReason | undefined> {
  const settled = yield* run.ports.settle(run.state, at, run.signal);
  if (settled.go === "end") return settled.reason;
  if (run.state.malformedReplies > MALFORMED_REPLIES) {
    yield {
      type: "notice.raised",
      severity: "error",
      code: "malformed_tool_use",
      text: `The model sent calls that aren't JSON ${run.state.malformedReplies} times in a row. Try another model.`,
    };
    return "malformed_tool_use_exhausted";
  }
  if (at === "stop" && messagesOf(run.state.view).at(-1)?.role === "assistant") return "completed"; // nothing was added: nothing to answer
  if (settled.because === "tool_results" && run.state.malformedReplies > 0) return again(run, "malformed_retry");
  if (settled.because !== "stop_hook") return again(run, settled.because, settled.because === "steered" ? { stopBlocks: 0 } : {});
  if (run.state.stopBlocks < STOP_BLOCKS) return again(run, "stop_hook", { stopBlocks: run.state.stopBlocks + 1 });
  yield {
    type: "notice.raised",
    severity: "warning",
    code: "stop_hook_cap",
    text: `A Stop hook held the run back ${STOP_BLOCKS} times; it ends now.`,
  };
  return "completed";
}

async function* pause(ms: number, { ports, signal }: Run): AsyncGenerator<Event> {
  for (let left = ms; left > 0 && !signal.aborted; left -= HEARTBEAT_MS) {
    await ports.clock.sleep(Math.min(left, HEARTBEAT_MS), signal);
    if (left > HEARTBEAT_MS) yield { type: "heartbeat" };
  }
}

function again(run: Run, because: ContinueReason, change: Change = {}): undefined {
  run.state = { ...run.state, ...change, because };
}

function strip(what: "thinking" | "media"): Event {
  const edits: readonly ContextEdit[] = [{ op: "strip", what }];
  return { type: "context.edited", tier: `strip_${what}`, edits };
}

import {
  type EndReason,
  type Event,
  isToolUse,
  type LoopOptions,
  type LoopState,
  type Message,
  messagesOf,
  openCalls,
  type Ports,
  type Prepared,
  remember,
} from "@keelson/protocol";
import { recover, take, type Run } from "./step.ts";
import { isStopReason, STOPS } from "./stops.ts";
import { Turn, type Answers, type Reply } from "./turn.ts";

/**
 * The agent. Asks the model, runs the calls it asks for, sends the answers back, until there is a reason to stop.
 * Its memory is the fold of the events it yields; an event is acknowledged when the next one is pulled.
 * An abort of `signal` ends it within `graceMs`; `.return()` ends it between two pulls.
 */
export async function* loop(start: LoopState, ports: Ports, options: LoopOptions, signal: AbortSignal): AsyncGenerator<Event, LoopState> {
  const run: Run = { state: start, ports, options, signal };
  for await (const event of turns(run)) {
    const view = remember(run.state.view, event);
    if (view !== run.state.view) run.state = { ...run.state, view };
    yield event;
  }
  return run.state;
}

async function* turns(run: Run): AsyncGenerator<Event> {
  let end: EndReason | undefined;
  try {
    end = yield* takeUp(run);
    while (end === undefined) end = limit(run) ?? (yield* turn(run));
  } catch (error) {
    if (!run.signal.aborted) throw error;
    end = "aborted_streaming"; // a port may throw on abort
  }
  yield { type: "run.ended", reason: end, totals: { turns: run.state.turn } };
}

/** A log may end with calls that nothing has answered: after a crash, a deferral, days of waiting, a takeover. */
async function* takeUp(run: Run): AsyncGenerator<Event, EndReason | undefined> {
  const open = openCalls(run.state.view);
  if (open.length === 0) return undefined;
  await using turn = new Turn(run.ports.tools(run.state.pinned), run.ports, run.options, run.signal);
  turn.resume(open);
  const { end } = yield* turn.answers();
  run.state = { ...run.state, because: "resumed" };
  return end;
}

async function* turn(run: Run): AsyncGenerator<Event, EndReason | undefined> {
  const { ports, options, signal } = run;
  yield { type: "turn.started", turn: run.state.turn, because: run.state.because };
  const prepared = yield* setUp(run);
  if (prepared.go === "end") return prepared.reason;
  run.state = { ...run.state, ...prepared.change };

  await using turn = new Turn(prepared.tools, ports, options, signal);
  const { model, view, maxOutputTokens } = run.state;
  const messages = messagesOf(view);
  const reply = yield* turn.stream(
    (stop) => ports.model({ model, messages, maxTokens: maxOutputTokens, body: prepared.body }, stop),
    calledLast(messages),
  );
  const { asked, malformed, end } = yield* turn.answers();

  if (reply.stopReason !== "dropped") run.state = { ...run.state, turn: run.state.turn + 1 };
  if (reply.stopReason === "aborted") return "aborted_streaming";
  if (end) return end;
  return reply.error ? yield* recover(reply.error, run) : yield* proceed(reply, { asked, malformed }, run);
}

/** Names of the tools that are likely called again: those of the last reply. */
const calledLast = (messages: readonly Message[]): readonly string[] =>
  messages
    .at(-2)
    ?.content.filter(isToolUse)
    .map(({ name }) => name) ?? [];

/** What a port breaks before the model is asked ends the run with a reason, not with an exception. */
async function* setUp({ ports, state, signal }: Run): AsyncGenerator<Event, Prepared> {
  try {
    return yield* ports.prepare(state, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    yield {
      type: "notice.raised",
      severity: "error",
      code: "turn_setup_failed",
      text: error instanceof Error ? error.message : String(error),
    };
    return { go: "end", reason: "turn_setup_failed" };
  }
}

async function* proceed(reply: Reply, { asked, malformed }: Omit<Answers, "end">, run: Run): AsyncGenerator<Event, EndReason | undefined> {
  const { stopReason, messageId } = reply;
  if (!isStopReason(stopReason))
    yield {
      type: "notice.raised",
      severity: "warning",
      code: "unknown_stop_reason",
      text: `The model stopped for ${stopReason}; taken as end_turn.`,
    };
  const step = STOPS[isStopReason(stopReason) ? stopReason : "end_turn"](run, asked);
  const cut = step.do === "escalate" || step.do === "resume";
  run.state = {
    ...run.state,
    tries: {},
    rescues: 0,
    malformedReplies: asked > 0 && asked === malformed ? run.state.malformedReplies + 1 : 0,
    ...(!cut && { outputResumes: 0 }),
    ...(step.do !== "again" && { pauses: 0 }),
  };
  if (step.do === "escalate") yield { type: "reply.dropped", messageId, because: "output_escalated" };
  return yield* take(step, run);
}

function limit({ state, ports, options, signal }: Run): EndReason | undefined {
  if (signal.aborted) return "aborted_streaming";
  if (state.turn >= options.maxTurns) return "max_turns";
  return ports.overBudget();
}

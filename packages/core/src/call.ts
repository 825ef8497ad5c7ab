import {
  type Bound,
  type BoundCall,
  type EndReason,
  type Event,
  type LoopOptions,
  type Ports,
  resultOf,
  text,
  type ToolContext,
  type ToolOutput,
  type ToolUse,
  UNKNOWN,
} from "@keelson/protocol";
import type { Channel } from "./channel.ts";
import type { Grace } from "./grace.ts";
import type { Room } from "./room.ts";

/** Where a call runs. `grace`: its signal says stop, but say how it went. `left`: nobody reads any more. */
export type Site = {
  readonly ports: Pick<Ports, "permit" | "clock" | "remains">;
  readonly options: Pick<LoopOptions, "session" | "cwd">;
  readonly events: Channel<Event>;
  /** Of the turn's calls. */
  readonly room: Room;
  readonly grace: Grace;
  readonly left: AbortSignal;
};
type Completed = Extract<Event, { type: "call.completed" }>;

/**
 * The life of one call: judged, started, its effect, completed. Never throws; returns a reason when it ends the run.
 * The effect comes after `call.started` was acknowledged; a deferred call is the only one left without an answer.
 */
export async function call(use: ToolUse, bound: Bound, site: Site): Promise<EndReason | undefined> {
  const { ports, options, grace } = site;
  const { signal } = grace;
  const began = ports.clock.now();
  const answer = (outcome: Completed["outcome"], words: string | ToolOutput): Promise<void> =>
    complete(use.id, outcome, words, Math.round(ports.clock.now() - began), site);
  if (!bound.ok) return void (await answer("error", bound.error));
  try {
    signal.throwIfAborted();
    const ctx: ToolContext = { callId: use.id, session: options.session, cwd: options.cwd, signal };
    const invalid = await grace.wait(bound.call.validate(ctx));
    if (invalid !== undefined) return void (await answer("error", invalid));
    const permit = await grace.wait(relay(ports.permit(use, bound.call, ctx), (event) => event, site));
    if (permit.behavior === "defer") return "tool_deferred";
    if (permit.behavior === "deny") {
      await answer("denied", permit.message);
      if (permit.stop) return "hook_stopped";
      return permit.interrupt ? "aborted_tools" : undefined;
    }
    const output = await grace.wait(among(bound.call, permit.call, ctx, site));
    if (output.deferred) return "tool_deferred";
    await answer(output.isError ? "error" : "ok", output);
    return output.stop === undefined ? undefined : "hook_stopped";
  } catch (error) {
    if (signal.aborted) await answer("aborted", "Interrupted.");
    else await answer("error", error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** A call that may have happened and must not happen twice: the model is told so, with what is left of it. */
export async function interrupted(callId: string, site: Site): Promise<void> {
  const left = await site.ports.remains?.(callId).catch(() => undefined); // what can't be read is as good as gone
  await complete(callId, "unknown", left === undefined ? UNKNOWN : `${UNKNOWN} It had printed:\n${left}`, 0, site);
}

export async function complete(
  callId: string,
  outcome: Completed["outcome"],
  words: string | ToolOutput,
  ms: number,
  { events }: Pick<Site, "events">,
): Promise<void> {
  const output: ToolOutput = typeof words === "string" ? { content: [text(words)] } : words;
  const result = resultOf(callId, output.content, output.isError ?? outcome !== "ok");
  await events.send({ type: "call.completed", callId, outcome, result, ms, ...(output.display && { display: output.display }) });
}

/** A call that began beside others may have been changed, on its way, into one that must be alone. */
function among(asked: BoundCall, call: BoundCall, ctx: ToolContext, site: Site): Promise<ToolOutput> {
  const work = (): Promise<ToolOutput> => effect(call, ctx, site);
  if (!asked.concurrencySafe) return work(); // it is alone already
  return call.concurrencySafe ? site.room.beside(work) : site.room.alone(work);
}

async function effect(call: BoundCall, ctx: ToolContext, site: Site): Promise<ToolOutput> {
  const { callId } = ctx;
  await site.events.send({ type: "call.started", callId, input: call.input, replay: call.replay });
  ctx.signal.throwIfAborted(); // the reader may have left instead of coming back
  return await relay(
    call.run(ctx),
    (step): Event =>
      step.type === "child" ? { type: "agent.relayed", envelope: step.envelope } : { type: "call.progress", callId, text: step.text },
    site,
  );
}

/** Hands on each step; the source goes on when it was read, and gets an exception in its place when nobody reads any more. */
async function relay<T, R>(source: AsyncGenerator<T, R>, shown: (step: T) => Event, { events, left }: Site): Promise<R> {
  let step = await source.next();
  while (!step.done) {
    await events.send(shown(step.value));
    step = left.aborted ? await source.throw(left.reason) : await source.next();
  }
  return step.value;
}

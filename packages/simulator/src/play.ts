import type { Block } from "@keelson/protocol";
import { spell, type Spelled } from "./blocks.ts";
import { failure, statusOf } from "./failure.ts";
import { faulty } from "./faults.ts";
import type { InputUsage } from "./prompt/cache.ts";
import type { Diagnosis } from "./prompt/diagnosis.ts";
import type { Dropped } from "./prompt/thinking.ts";
import type { MessageReply, Pace } from "./reply.ts";
import { event, json, type Step } from "./step.ts";
import { tokensIn } from "./tokens.ts";
import { usageOf } from "./usage.ts";

/** What a reply needs to know of its request. `place` makes ids; `sign` signs thinking behind what the reply has said. */
export type Facts = {
  readonly place: string;
  readonly requestId: string;
  readonly model: string;
  readonly input: InputUsage;
  readonly sign: (said: readonly Block[]) => (thinking: string) => string;
  /** Each only where the request asked for it. */
  readonly diagnostics?: Diagnosis | null;
  readonly input_transformations?: readonly Dropped[];
};

/** A reply as a stream of events. */
export function streamed(reply: MessageReply, facts: Facts): readonly Step[] {
  const { steps, end, usage } = compose(reply, facts);
  const { cache_creation: _creation, service_tier: _tier, ...cumulative } = usage;
  const { server_tool_use: _searched, ...begun } = usage;
  const headers = { "content-type": "text/event-stream", "cache-control": "no-cache", "request-id": facts.requestId };
  const message = { ...messageOf(facts), usage: { ...begun, output_tokens: Math.min(1, usage.output_tokens) } };
  const all: readonly Step[] = [
    { do: "head", status: 200, headers, block: 0 },
    { ...event({ type: "message_start", message }), block: 0 },
    ...steps,
    event({ type: "message_delta", delta: end, usage: cumulative }),
    event({ type: "message_stop" }),
  ];
  return faulty(all, reply);
}

/** The same reply as one JSON message, after all its waits. What would come as an error event is the answer then. */
export function whole(reply: MessageReply, facts: Facts): readonly Step[] {
  const { steps, content, end, usage } = compose(reply, facts);
  const { errorEvent, ...rest } = reply;
  const answer = errorEvent
    ? failure({ status: statusOf(errorEvent.type), ...errorEvent }, facts.requestId)
    : json(200, facts.requestId, { ...messageOf(facts), content, ...end, usage });
  return faulty([...steps.filter((step) => step.do === "wait"), ...answer], rest);
}

function compose(reply: MessageReply, facts: Facts) {
  const { pace = {} } = reply;
  const steps: (readonly Step[])[] = [];
  const spelled: Spelled[] = [];
  for (const item of reply.blocks) {
    if ("pause" in item) {
      steps.push(waits(item.pause, spelled.length));
      continue;
    }
    const block = spelled.length + 1;
    const before = spelled.map((one) => one.whole);
    const spelling = spell(item, { place: `${facts.place}_${block}`, chunk: pace.chunk ?? 12, before, sign: facts.sign(before) });
    spelled.push(spelling);
    steps.push(blockSteps(spelling, block, pace));
  }
  const output = spelled.flatMap(({ deltas }) => deltas).reduce((sum, { weight }) => sum + costOf(weight), 0);
  const usage = usageOf(reply, facts.input, Math.max(1, output));
  return { steps: steps.flat(), content: spelled.map((one) => one.whole), end: endOf(reply), usage };
}

/** The first that fits, where the scenario doesn't name a reason. */
function endOf({ stop, stopDetails, stopSequence, blocks }: MessageReply) {
  const asks = blocks.some((item) => "tool" in item);
  const told = stopDetails ? "refusal" : stopSequence !== undefined ? "stop_sequence" : asks ? "tool_use" : "end_turn";
  const reason = stop ?? told;
  const details = reason === "refusal" ? { type: "refusal", category: null, explanation: null, ...stopDetails } : null;
  return { stop_reason: reason, stop_sequence: stopSequence ?? null, stop_details: details, container: null };
}

function blockSteps({ start, deltas }: Spelled, block: number, pace: Pace): readonly Step[] {
  const index = block - 1;
  const pieces = deltas.flatMap(({ weight, body }): readonly Step[] => [
    ...waits(waitFor(weight, pace), block),
    { ...event({ type: "content_block_delta", index, delta: body }), block, delta: true },
  ]);
  return [
    { ...event({ type: "content_block_start", index, content_block: start }), block },
    ...(index === 0 ? [{ ...event({ type: "ping" }), block }] : []),
    ...pieces,
    { ...event({ type: "content_block_stop", index }), block },
  ];
}

const waits = (ms: number, block: number): readonly Step[] => (ms > 0 ? [{ do: "wait", ms, block }] : []);

function waitFor(weight: string, { chunkMs = 0, tokensPerSecond }: Pace): number {
  if (weight === "") return 0; // a signature, or the empty start of an input
  return tokensPerSecond === undefined ? chunkMs : (costOf(weight) / tokensPerSecond) * 1000;
}

const costOf = (weight: string): number => (weight === "" ? 0 : tokensIn(weight));

function messageOf({ place, model, diagnostics, input_transformations }: Facts) {
  return {
    id: messageIdOf(place),
    type: "message",
    role: "assistant",
    model,
    content: [],
    ...endOf({ blocks: [] }),
    stop_reason: null,
    ...(diagnostics !== undefined && { diagnostics }),
    ...(input_transformations && { input_transformations }),
  };
}

export const messageIdOf = (place: string): string => `msg_sim_${place}`;

import { spell, type Spelled } from "./blocks.ts";
import { failure, statusOf } from "./failure.ts";
import { faulty } from "./faults.ts";
import type { MessageReply, Pace } from "./reply.ts";
import { event, json, type Step } from "./step.ts";
import { tokensIn } from "./tokens.ts";

/** What a reply needs to know of its request. `number`: which reply of this server it is, from 1; ids are made of it. */
export type Facts = { readonly number: number; readonly requestId: string; readonly model: string; readonly inputTokens: number };

/** A reply as a stream of events. */
export function streamed(reply: MessageReply, facts: Facts): readonly Step[] {
  const { steps, stop, usage } = compose(reply, facts);
  const { cache_creation: _creation, service_tier: _tier, ...cumulative } = usage;
  const headers = { "content-type": "text/event-stream", "cache-control": "no-cache", "request-id": facts.requestId };
  const message = { ...messageOf(facts), usage: { ...usage, output_tokens: 1 } };
  const all: readonly Step[] = [
    { do: "head", status: 200, headers, block: 0 },
    { ...event({ type: "message_start", message }), block: 0 },
    ...steps,
    event({ type: "message_delta", delta: { stop_reason: stop, ...UNUSED }, usage: cumulative }),
    event({ type: "message_stop" }),
  ];
  return faulty(all, reply);
}

/** The same reply as one JSON message, after all its waits. What would come as an error event is the answer then. */
export function whole(reply: MessageReply, facts: Facts): readonly Step[] {
  const { steps, content, stop, usage } = compose(reply, facts);
  const { errorEvent, ...rest } = reply;
  const answer = errorEvent
    ? failure({ status: statusOf(errorEvent.type), ...errorEvent }, facts.requestId)
    : json(200, facts.requestId, { ...messageOf(facts), content, stop_reason: stop, usage });
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
    const spelling = spell(item, `${padded(facts.number)}_${block}`, pace.chunk ?? 12);
    spelled.push(spelling);
    steps.push(blockSteps(spelling, block, pace));
  }
  const output = spelled.flatMap(({ deltas }) => deltas).reduce((sum, { weight }) => sum + costOf(weight), 0);
  const stop = reply.stop ?? (reply.blocks.some((item) => "tool" in item) ? "tool_use" : "end_turn");
  const usage = { ...usageOf(facts.inputTokens, Math.max(1, output)), ...reply.usage };
  return { steps: steps.flat(), content: spelled.map((one) => one.whole), stop, usage };
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
const padded = (number: number): string => String(number).padStart(4, "0");

/** Always there, and never used by a scenario. */
const UNUSED = { stop_sequence: null, stop_details: null, container: null };

function messageOf({ number, model }: Facts) {
  const id = `msg_sim_${padded(number)}`;
  return { id, type: "message", role: "assistant", model, content: [], stop_reason: null, ...UNUSED };
}

function usageOf(input: number, output: number) {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    service_tier: "standard",
  };
}

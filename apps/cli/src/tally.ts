import { stringIn } from "./json.ts";
import {
  isToolUse,
  type Block,
  type Decision,
  type EndReason,
  type Envelope,
  type Event,
  type Json,
  type JsonObject,
  type ToolUse,
  type Usage,
} from "@keelson/protocol";

/** What a run came to so far: a fold over its envelopes. What sub-agents say isn't the run's own; what they cost is. */
export type Tally = {
  /** The text of the answer that the last replies make up. */
  readonly answer: string;
  readonly draft: { readonly messageId: string; readonly text: string };
  readonly calls: Readonly<Record<string, ToolUse>>;
  readonly judged: Readonly<Record<string, Judged>>;
  readonly denials: readonly Denial[];
  /** Questions about calls, by their ids. */
  readonly asked: Readonly<Record<string, { readonly callId: string; readonly body: JsonObject }>>;
  readonly errors: readonly string[];
  /** What of the log isn't on disk, in words; undefined when all of it is. */
  readonly unsaved: string | undefined;
  readonly turns: number;
  readonly stopReason: string | undefined;
  /** What the endpoint says about the stop: why it refused. */
  readonly stopDetails: JsonObject | undefined;
  /** The final answer as a value, where a schema asked for one. */
  /** The budget that is used up. */
  readonly bound: string | undefined;
  readonly structured: Json | undefined;
  readonly usage: Usage;
  readonly models: Readonly<Record<string, Spent>>;
  readonly apiMs: number;
  readonly end: EndReason | undefined;
};
/** `suggestion`: the rule that would have allowed it. */
export type Denial = { readonly use: ToolUse } & Judged;
type Judged = { readonly decision: Decision | undefined; readonly suggestion: string | undefined };
/** `usd` counts what has a known price. */
export type Spent = { readonly usage: Usage; readonly usd: number; readonly priced: boolean };

const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
export const NOTHING_YET: Tally = {
  answer: "",
  draft: { messageId: "", text: "" },
  calls: {},
  judged: {},
  denials: [],
  asked: {},
  errors: [],
  unsaved: undefined,
  turns: 0,
  stopReason: undefined,
  stopDetails: undefined,
  bound: undefined,
  structured: undefined,
  usage: NO_USAGE,
  models: {},
  apiMs: 0,
  end: undefined,
};

export function count(tally: Tally, { event, path }: Envelope): Tally {
  if (event.type === "model.called") return charge(tally, event);
  return path.length > 0 ? overhear(tally, event, path.join("/")) : listen(tally, event);
}

/** The call that a hook put off: it ended the run before it was judged, and nobody was asked. */
export function putOffIn({ end, asked, calls, judged }: Tally): ToolUse | undefined {
  if (end !== "tool_deferred" || Object.keys(asked).length > 0) return undefined;
  return Object.entries(calls).find(([id]) => judged[id] === undefined)?.[1];
}

/** What a sub-agent was denied is the run's to tell. Ids of its calls are unique among its own only. */
function overhear(tally: Tally, event: Event, path: string): Tally {
  switch (event.type) {
    case "block.completed":
      return isToolUse(event.block) ? { ...tally, calls: { ...tally.calls, [`${path}/${event.block.id}`]: event.block } } : tally;
    case "call.judged":
      return judge(tally, `${path}/${event.callId}`, event);
    case "call.completed":
      return event.outcome === "denied" ? deny(tally, `${path}/${event.callId}`) : tally;
  }
  return tally;
}

/** The next run of the same session: what models cost goes on being summed. */
export const nextRun = ({ models }: Tally): Tally => ({ ...NOTHING_YET, models });

export const usdOf = ({ models }: Tally): number => Object.values(models).reduce((sum, { usd }) => sum + usd, 0);
export const isPriced = ({ models }: Tally): boolean => Object.values(models).some(({ priced }) => priced);

const UNJUDGED: Judged = { decision: undefined, suggestion: undefined };

/** These go on with the answer where it stopped; any other turn begins a new one. */
const GO_ON: readonly string[] = ["output_resumed", "pause_turn"];

function listen(tally: Tally, event: Event): Tally {
  switch (event.type) {
    case "turn.started":
      return GO_ON.includes(event.because) ? tally : { ...tally, answer: "", stopReason: undefined, stopDetails: undefined };
    case "block.completed":
      return heard(tally, event.messageId, event.block);
    case "reply.dropped":
      return { ...tally, draft: NOTHING_YET.draft };
    case "reply.completed":
      return {
        ...tally,
        answer: tally.answer + (tally.draft.messageId === event.messageId ? tally.draft.text : ""),
        draft: NOTHING_YET.draft,
        turns: tally.turns + 1,
        stopReason: event.stopReason,
        stopDetails: event.details,
        usage: add(tally.usage, event.usage),
      };
    case "call.judged":
      return judge(tally, event.callId, event);
    case "ask.opened":
      return event.callId === undefined
        ? tally
        : { ...tally, asked: { ...tally.asked, [event.askId]: { callId: event.callId, body: event.body } } };
    case "call.completed":
      return forget(event.outcome === "denied" ? deny(tally, event.callId) : tally, event.callId);
    case "notice.raised":
      if (event.code === "log_unsaved") return { ...tally, unsaved: event.text };
      return event.severity === "error" ? { ...tally, errors: [...tally.errors, event.text] } : tally;
    case "run.ended":
      return { ...tally, end: event.reason, bound: stringIn(event.totals, "bound"), structured: event.totals["structured"] };
  }
  return tally; // the others are for the screen and the log
}

function heard(tally: Tally, messageId: string, block: Block): Tally {
  if (isToolUse(block)) return { ...tally, calls: { ...tally.calls, [block.id]: block } };
  const { type, text } = block;
  if (type !== "text" || typeof text !== "string") return tally;
  const before = tally.draft.messageId === messageId ? tally.draft.text : "";
  return { ...tally, draft: { messageId, text: before + text } };
}

function judge(tally: Tally, callId: string, { decision, suggestion }: Extract<Event, { type: "call.judged" }>): Tally {
  return { ...tally, judged: { ...tally.judged, [callId]: { decision, suggestion } } };
}

function deny(tally: Tally, callId: string): Tally {
  const use = tally.calls[callId];
  return use ? { ...tally, denials: [...tally.denials, { use, ...(tally.judged[callId] ?? UNJUDGED) }] } : tally;
}

/** Its answer is told: nothing more is asked of it, and what is kept doesn't grow with the run. */
function forget(tally: Tally, callId: string): Tally {
  const { [callId]: _, ...calls } = tally.calls;
  const { [callId]: __, ...judged } = tally.judged;
  return { ...tally, calls, judged };
}

function charge(tally: Tally, { model, usage, usd, ms }: Extract<Event, { type: "model.called" }>): Tally {
  const before = tally.models[model] ?? { usage: NO_USAGE, usd: 0, priced: false };
  const spent = { usage: add(before.usage, usage), usd: before.usd + (usd ?? 0), priced: before.priced || usd !== undefined };
  return { ...tally, apiMs: tally.apiMs + ms, models: { ...tally.models, [model]: spent } };
}

function add(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  };
}

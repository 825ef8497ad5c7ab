import {
  DURABLE,
  EMPTY,
  remember,
  text,
  type Envelope,
  type Event,
  type Loop,
  type LoopOptions,
  type LoopState,
  type Model,
  type Ports,
  type Tool,
  type View,
} from "@keelson/protocol";
import { realClock } from "./clock.ts";

/** The smallest house: everything is allowed, nothing is added, and a session appends, then yields, then pulls. */
export function ports(model: Model, tools: ReadonlyMap<string, Tool>, more: Partial<Ports> = {}): Ports {
  return {
    model,
    tools: () => tools,
    async *prepare() {
      return { go: "send", change: {}, body: {}, tools };
    },
    async *rescue() {
      return false;
    },
    async *permit(_, call) {
      return { behavior: "allow", call };
    },
    async *settle(_, at) {
      return at === "tools" ? { go: "on", because: "tool_results" } : { go: "end", reason: "completed" };
    },
    overBudget: () => undefined,
    clock: realClock,
    ...more,
  };
}

export const OPTIONS: LoopOptions = {
  session: "s",
  cwd: "/",
  maxTurns: 50,
  models: ["big", "small"],
  outputLimit: 64_000,
  graceMs: 250,
  fast: false,
  unattended: false,
};
export const PROMPT: Event = { type: "context.added", from: "user", content: [text("go")] };
export function fresh(view: View = remember(EMPTY, PROMPT)): LoopState {
  return {
    view,
    model: "big",
    turn: 0,
    because: "prompt",
    maxOutputTokens: 8_000,
    outputRoom: Infinity,
    outputResumes: 0,
    rescues: 0,
    tries: {},
    stopBlocks: 0,
    slowUntil: 0,
    pinned: 1,
    pauses: 0,
    malformedReplies: 0,
  };
}

export const seal = (event: Event, log: readonly Envelope[], path: readonly string[] = []): Envelope => ({
  v: 1,
  ...(DURABLE[event.type] && { seq: log.length + 1 }),
  at: 0,
  session: path.join("/") || "s",
  run: "r",
  path,
  event,
});

/** What a harness does with each event: on disk if it is durable, then on the screen, then the next one is pulled. */
export async function* session(
  source: AsyncGenerator<Event, unknown>,
  log: Envelope[],
  path: readonly string[] = [],
  disk?: (envelope: Envelope) => Promise<void>,
): AsyncGenerator<Envelope> {
  for await (const event of source) {
    if (event.type === "agent.relayed") {
      yield event.envelope;
      continue;
    }
    const envelope = seal(event, log, path);
    if (DURABLE[event.type]) {
      await disk?.(envelope);
      log.push(envelope);
    }
    yield envelope;
  }
}

export function player(loop: Loop) {
  return async function play(
    house: Ports,
    start = fresh(),
    options = OPTIONS,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Event[]> {
    const events: Event[] = [];
    for await (const event of loop(start, house, options, signal)) events.push(event);
    return events;
  };
}
export const types = (events: readonly Event[]): string[] => events.map(({ type }) => type);
export const pick = <T extends Event["type"]>(events: readonly Event[], type: T): Extract<Event, { type: T }>[] =>
  events.filter((event): event is Extract<Event, { type: T }> => event.type === type);
export const ended = (events: readonly Event[]): string | undefined => pick(events, "run.ended").at(-1)?.reason;
export const because = (events: readonly Event[]): string[] => pick(events, "turn.started").map((event) => event.because);

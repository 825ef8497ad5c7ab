/** Binds hooks to the house, and fires them. Rule: hooks don't fire inside the models and agents that hooks ask. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Event, FireHooks, Hook, HookEvent, HookOutcome } from "@keelson/protocol";
import { DIALECTS } from "../dialect/dialects.ts";
import { merge } from "../output/merge.ts";
import type { HookResult } from "../output/result.ts";
import { createBackground, type Late } from "./background.ts";
import { choose, type Chosen } from "./choose.ts";
import type { HookPorts } from "./ports.ts";
import { runHook, type Life } from "./run-hook.ts";
import { payloadOf, type Payload } from "./payload.ts";
import { endBudget, timeOf } from "./time.ts";
import { together } from "./together.ts";

/** Dispose ends what runs in the background. */
export type Hooks = AsyncDisposable & {
  readonly fire: FireHooks;
  /** From the next firing on; what runs goes on with what it began with. */
  replace(hooks: readonly Hook[]): void;
  /** What background hooks said since the last time: for the log, the model and the user. */
  drain(): readonly Late[];
  /** Names of files that `FileChanged` hooks wait for. */
  readonly watched: readonly string[];
};

export function openHooks(declared: readonly Hook[], ports: HookPorts): Hooks {
  let hooks = declared;
  const spent = new Set<string>(); // ids of those that run once
  const warned = new Set<string>();
  const inside = new AsyncLocalStorage<true>();
  const background = createBackground(() => ports.wake?.());

  async function* fire(event: HookEvent, payload: Payload, signal: AbortSignal): AsyncGenerator<Event, HookOutcome> {
    const left = hooks.filter(({ id }) => !spent.has(id));
    const chosen = await choose(left, event, payload, ports.matchesRule);
    for (const { hook } of chosen) if (hook.once) spent.add(hook.id);
    const end = new AbortController();
    const budgetMs = event === "SessionEnd" ? endBudget(chosen, ports.variable?.("CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS")) : Infinity;
    const life = ({ hook, at }: Chosen): Life => {
      const told = DIALECTS[hook.dialect].write(payload, hook.written, ports.wall());
      const site = { hook, payload, stdin: JSON.stringify(told), timeoutMs: Math.min(timeOf(hook), budgetMs), ports };
      return { site, at, signal: AbortSignal.any([signal, end.signal]), background, inside };
    };
    try {
      const results = (yield* together(
        seriesOf(chosen).map((series) => inTurn(series.map(life))),
        [],
        () => end.abort(),
      )).flat();
      signal.throwIfAborted();
      yield* notices(results, warned);
      return merge(results);
    } finally {
      end.abort();
    }
  }

  return {
    async *fire(event, payload, signal) {
      if (inside.getStore() || !hooks.some((hook) => hook.event === event)) return merge([]);
      return yield* fire(event, payloadOf(event, ports.common(), payload), signal);
    },
    replace(next) {
      hooks = next;
    },
    drain: background.drain,
    get watched() {
      return [
        ...new Set(hooks.flatMap(({ event, matcher }) => (event === "FileChanged" && matcher.kind === "names" ? matcher.names : []))),
      ];
    },
    [Symbol.asyncDispose]: () => background[Symbol.asyncDispose](),
  };
}

/** Those of one series one after another; all others at once. */
function seriesOf(chosen: readonly Chosen[]): readonly (readonly Chosen[])[] {
  return [...Map.groupBy(chosen, ({ hook, at }) => hook.series ?? `${at}`).values()];
}

async function* inTurn(lives: readonly Life[]): AsyncGenerator<Event, readonly HookResult[]> {
  const results: HookResult[] = [];
  for (const life of lives) results.push(yield* runHook(life));
  return results;
}

/** What is wrong with a hook is said once, however often it fires. */
function* notices(results: readonly HookResult[], warned: Set<string>): Generator<Event> {
  for (const { problem, ended, by } of results.toSorted((a, b) => a.at - b.at)) {
    if (problem === undefined) continue;
    const text = `${by.name[0]?.toUpperCase()}${by.name.slice(1)}: ${problem}`;
    if (warned.has(text)) continue;
    warned.add(text);
    yield { type: "notice.raised", severity: "warning", code: ended === "timed_out" ? "hook_timed_out" : "hook_failed", text };
  }
}

/** Hooks that nobody waits for. Rule: all they can do is speak at the next turn, or wake the model; closing ends them. */
import type { Event, Hook, HookRef } from "@keelson/protocol";
import type { Act, Ran, Site } from "../action/ran.ts";
import { judge } from "../output/judge.ts";
import type { Verdict } from "../output/result.ts";
import { shortened } from "../output/shorten.ts";
import { completed } from "./told.ts";

/** What a background hook came to. `wakes`: the model should hear of `context` now, not at the next turn. */
export type Late = {
  /** For the log. */
  readonly event: Event;
  readonly by: HookRef;
  readonly context?: string;
  readonly message?: string;
  readonly wakes: boolean;
};

/** `run` may be under way already. `abort` ends it. */
export type Job = {
  readonly run: ReturnType<Act<"command">>;
  readonly site: Site;
  readonly by: HookRef;
  readonly began: number;
  readonly abort: () => void;
  /** Milliseconds; without it what the hook was given at its start. */
  readonly timeoutMs?: number;
};

export type Background = AsyncDisposable & {
  adopt(job: Job): void;
  /** What was said since the last time, in the order it came. */
  drain(): readonly Late[];
};

export function createBackground(wake: () => void): Background {
  const open = new Map<Promise<void>, Job>();
  let said: readonly Late[] = [];
  return {
    adopt(job) {
      const work = finish(job).then((late) => {
        open.delete(work);
        if (late === undefined) return;
        said = [...said, late];
        if (late.wakes) wake();
      });
      open.set(work, job);
    },
    drain() {
      const all = said;
      said = [];
      return all;
    },
    async [Symbol.asyncDispose]() {
      for (const job of open.values()) job.abort();
      await Promise.all(open.keys());
    },
  };
}

/** Undefined when it was ended from here. */
async function finish({ run, site, by, began, abort, timeoutMs }: Job): Promise<Late | undefined> {
  const done = new AbortController();
  if (timeoutMs !== undefined)
    void site.ports.clock.sleep(timeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) abort();
    });
  try {
    let step = await run.next();
    while (!step.done) step = await run.next();
    return await lateOf(step.value, { site, by, began });
  } catch {
    return undefined; // aborted: nobody is there to be told
  } finally {
    done.abort();
  }
}

async function lateOf(ran: Ran, { site, by, began }: Pick<Job, "site" | "by" | "began">): Promise<Late> {
  const { hook, ports } = site;
  const { context, message, ended, problem } = await shortened(spoken(ran, hook, await judge(ran, site)), ports);
  const verdict: Verdict = { ended, said: {}, ...(problem !== undefined && { problem }) };
  return {
    event: completed(by, hook, verdict, { ran, ms: ports.clock.now() - began }),
    by,
    ...(context !== undefined && { context }),
    ...(message !== undefined && { message }),
    wakes: wakes(ran, hook),
  };
}

const wakes = (ran: Ran, { action }: Hook): boolean =>
  ran.kind === "exited" && ran.code === 2 && ran.missing === undefined && action.type === "command" && action.background === "rewake";

/** Only JSON is context here: what a background program prints on the side isn't meant for the model. */
function spoken(ran: Ran, hook: Hook, verdict: Verdict): Verdict {
  if (ran.kind !== "exited" || hook.action.type !== "command") return verdict;
  const { context: _, ...rest } = verdict;
  const { rewakeMessage, rewakeSummary } = hook.action;
  if (wakes(ran, hook)) {
    const words = ran.stderr.trim() || ran.stdout.trim();
    return {
      ...rest,
      context: [rewakeMessage, words].filter(Boolean).join("\n"),
      ...(rewakeSummary !== undefined && { message: rewakeSummary }),
    };
  }
  return ran.stdout.trimStart().startsWith("{") ? verdict : rest;
}

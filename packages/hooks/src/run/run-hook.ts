/** The life of one hook: started, its run, completed. Rule: it runs only after its start was taken, and never throws. */
import { randomUUID } from "node:crypto";
import type { AsyncLocalStorage } from "node:async_hooks";
import type { Event, Hook, HookRef } from "@keelson/protocol";
import { failed, type Site, type Step } from "../action/ran.ts";
import { judge } from "../output/judge.ts";
import type { HookResult, Verdict } from "../output/result.ts";
import { shortened } from "../output/shorten.ts";
import { act } from "./act.ts";
import type { Background } from "./background.ts";
import { completed, nameOf, progressed, started } from "./told.ts";

/** `inside`: holds while a hook's model or agent works; nothing fires there. `signal`: of the firing. */
export type Life = {
  readonly site: Omit<Site, "signal">;
  readonly at: number;
  readonly signal: AbortSignal;
  readonly background: Background;
  readonly inside: AsyncLocalStorage<true>;
};

export async function* runHook({ site: plan, at, signal, background, inside }: Life): AsyncGenerator<Event, HookResult> {
  const { hook, ports } = plan;
  const by: HookRef = { hookId: randomUUID(), name: nameOf(hook) };
  yield started(by, hook);
  const began = ports.clock.now();
  const end = new AbortController();
  const abort = (): void => end.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  const site: Site = { ...plan, signal: end.signal };
  const run = act(hook.action, site);
  let adopted = false;
  const detach = (timeoutMs?: number): HookResult => {
    adopted = true;
    signal.removeEventListener("abort", abort); // from here on only the closing ends it
    background.adopt({ run, site, by, began, abort: () => end.abort(), ...(timeoutMs !== undefined && { timeoutMs }) });
    return { by, at, ended: "background", said: {} };
  };
  if (isBackground(hook)) return detach();
  try {
    let step = await inside.run(true, () => run.next());
    for (; !step.done; step = await inside.run(true, () => run.next())) {
      if (step.value.type === "detached") return detach(step.value.timeoutMs);
      yield shown(step.value, by);
    }
    const { environment } = step.value;
    const verdict = await shortened(await judge(step.value, site), ports);
    yield completed(by, hook, verdict, { ran: step.value, ms: ports.clock.now() - began });
    return { ...verdict, by, at, ...(environment !== undefined && { environment }) };
  } catch (error) {
    const verdict = await shortened(await endOf(error, site), ports);
    yield completed(by, hook, verdict, { ms: ports.clock.now() - began });
    return { ...verdict, by, at };
  } finally {
    signal.removeEventListener("abort", abort);
    if (!adopted) await run.return(failed("Nobody waits for it any more."));
  }
}

/** When a session ends nobody will be there to wait for. */
const isBackground = ({ action, event }: Hook): boolean =>
  action.type === "command" && action.background !== undefined && event !== "SessionEnd";

function shown(step: Exclude<Step, { type: "detached" }>, by: HookRef): Event {
  return step.type === "event" ? step.event : progressed(by, step.from, step.text);
}

async function endOf(error: unknown, site: Site): Promise<Verdict> {
  if (site.signal.aborted) return { ended: "cancelled", said: {} };
  return judge(failed(error instanceof Error ? error.message : String(error)), site);
}

/** Hooks around a change of the model: where it binds, before the next request. One may keep the model that was. */
import { text, type Event, type HookOutcome, type Ports } from "@keelson/protocol";
import type { Dials } from "../dials.ts";
import type { Hooking } from "./hooking.ts";

type Switching = { readonly hooking: Hooking; readonly dials: Pick<Dials, "turned" | "keepModel">; readonly context: () => number };

export function switching({ hooking, dials, context }: Switching, prepare: Ports["prepare"]): Ports["prepare"] {
  return async function* (state, signal) {
    const { turned } = dials;
    if (!turned) return yield* prepare(state, signal);
    const { from, to, requested } = turned;
    const told = { from_model: from, to_model: to, requested_model: requested, source: "sdk", context_tokens: context() };
    const why = refusalIn(await hooking.fire("PreModelSwitch", told, signal));
    if (why !== undefined) {
      dials.keepModel();
      yield kept(from, why);
      return yield* prepare({ ...state, model: from }, signal);
    }
    const prepared = yield* prepare(state, signal);
    if (prepared.go === "end") return prepared;
    const words: string[] = [];
    await hooking.fire("PostModelSwitch", told, signal, (said) => void words.push(said));
    for (const said of words) yield { type: "context.added", from: "hook", content: [text(said)] };
    return prepared;
  };
}

/** Nobody is asked in the middle of a run: what a hook would have confirmed isn't done. */
function refusalIn(outcome: HookOutcome | undefined): string | undefined {
  const { stop, decision } = outcome ?? {};
  if (stop) return stop.reason;
  return decision && decision.behavior !== "allow" ? `${decision.by.name}: ${decision.reason}` : undefined;
}

const kept = (model: string, why: string): Event => ({
  type: "notice.raised",
  severity: "warning",
  code: "model_kept",
  text: `The model stays ${model}. ${why}`,
});

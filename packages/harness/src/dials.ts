import { lookUp } from "@keelson/model";
import { rulingOn } from "@keelson/permissions";
import type { Event, JsonObject, Mode } from "@keelson/protocol";
import type { Limits } from "./limits.ts";

/** A change of the model that doesn't bind yet. `requested`: as it was asked for. */
type Turned = { readonly from: string; readonly to: string; readonly requested: string };

/**
 * What the user may turn while a session runs. A new mode binds from the next call, a new model from the next turn;
 * the change is in the log before it counts there.
 */
export class Dials {
  readonly #limits: Limits;
  #mode: Mode;
  #model: string;
  #changed: JsonObject = {};
  #turned: Turned | undefined;

  /** `before`: as a log left them. */
  constructor(limits: Limits, before: { readonly mode?: Mode | undefined; readonly model?: string | undefined } = {}) {
    this.#limits = limits;
    this.#mode = before.mode !== undefined && rulingOn(before.mode, "user", limits.policy).ok ? before.mode : limits.mode;
    this.#model = before.model ?? limits.models[0] ?? "";
  }

  get mode(): Mode {
    return this.#mode;
  }
  /** The chosen model first, then the fallbacks. */
  get models(): readonly string[] {
    return [...new Set([this.#model, ...this.#limits.models])];
  }

  /** In words why not; undefined when it is done. */
  setMode(mode: Mode): string | undefined {
    const ruling = rulingOn(mode, "user", this.#limits.policy);
    if (!ruling.ok) return ruling.why;
    this.#mode = mode;
    this.#changed = { ...this.#changed, mode };
    return undefined;
  }

  /** In words why not; undefined when it is done. */
  setModel(name: string): string | undefined {
    const { id, prices } = lookUp(name);
    if (this.#limits.maxBudgetUsd !== undefined && prices === undefined)
      return `The price of ${id} isn't known, so the budget can't be kept.`;
    if (id === this.#model) return undefined;
    this.#turned = { from: this.#turned?.from ?? this.#model, to: id, requested: name };
    this.#model = id;
    this.#changed = { ...this.#changed, model: id };
    return undefined;
  }

  get turned(): Turned | undefined {
    return this.#turned?.from === this.#turned?.to ? undefined : this.#turned;
  }

  /** Takes back a change that doesn't bind yet. */
  keepModel(): void {
    if (!this.#turned) return;
    const { model: _, ...others } = this.#changed;
    this.#model = this.#turned.from;
    this.#changed = others;
    this.#turned = undefined;
  }

  /** What was turned since the last look, for the log. */
  *drain(): Generator<Event, string | undefined> {
    const change = this.#changed;
    this.#changed = {};
    this.#turned = undefined;
    if (Object.keys(change).length > 0) yield { type: "session.changed", change };
    return typeof change["model"] === "string" ? change["model"] : undefined;
  }
}

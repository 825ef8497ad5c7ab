import { lookUp } from "@keelson/model";
import { rulingOn } from "@keelson/permissions";
import type { Event, JsonObject, Mode } from "@keelson/protocol";
import type { Limits } from "./limits.ts";

/** A change of the model that doesn't bind yet. `requested`: as it was asked for. */
type Turned = { readonly from: string; readonly to: string; readonly requested: string };

/** What a skill wishes for while it is carried out. */
export type Wish = { readonly model?: string; readonly effort?: string };

/**
 * What the user may turn while a session runs. A new mode binds from the next call, a new model from the next turn;
 * the change is in the log before it counts there.
 */
export class Dials {
  readonly #limits: Limits;
  #policy: Limits["policy"];
  #mode: Mode;
  #model: string;
  #changed: JsonObject = {};
  #turned: Turned | undefined;
  #lent: Wish = {};
  #bound: string;

  /** `before`: as a log left them. */
  constructor(limits: Limits, before: { readonly mode?: Mode | undefined; readonly model?: string | undefined } = {}) {
    this.#limits = limits;
    this.#policy = limits.policy;
    this.#mode = before.mode !== undefined && rulingOn(before.mode, "user", limits.policy).ok ? before.mode : limits.mode;
    this.#model = before.model ?? limits.models[0] ?? "";
    this.#bound = this.#model;
  }

  get mode(): Mode {
    return this.#mode;
  }
  /** The chosen model first, then the fallbacks. */
  get models(): readonly string[] {
    return [...new Set([this.#lent.model ?? this.#model, this.#model, ...this.#limits.models])];
  }
  get effort(): string | undefined {
    return this.#lent.effort ?? this.#limits.effort;
  }

  /** Until it is taken back: the latest wish of each kind counts, and the user's own choice stays as it is. In words what can't be had. */
  lend({ model, effort }: Wish): string | undefined {
    const id = model === undefined ? undefined : wished(model, this.models, this.#limits);
    this.#lent = { ...this.#lent, ...(id !== undefined && { model: id }), ...(effort !== undefined && { effort }) };
    return model !== undefined && id === undefined ? unmet(model, this.models) : undefined;
  }
  takeBack(): void {
    this.#lent = {};
  }

  /** In words why not; undefined when it is done. */
  setMode(mode: Mode): string | undefined {
    const ruling = rulingOn(mode, "user", this.#policy);
    if (!ruling.ok) return ruling.why;
    this.#mode = mode;
    this.#changed = { ...this.#changed, mode };
    return undefined;
  }

  /** The settings forbid others now: a mode that may no longer be had falls back to asking. */
  hold(policy: Limits["policy"]): void {
    this.#policy = policy;
    if (!rulingOn(this.#mode, "user", policy).ok) this.setMode("default");
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

  /** The model that the next turn changes to; undefined where it goes on with the one of the last. */
  get due(): string | undefined {
    const [model = ""] = this.models;
    return model === this.#bound ? undefined : model;
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
    const { due } = this;
    this.#bound = due ?? this.#bound;
    return due;
  }
}

/** Undefined where the endpoint wouldn't have it: a name of another house than the session's own model, or no name at all; or its price is needed and not known. */
export function wished(name: string, models: readonly string[], { maxBudgetUsd }: Pick<Limits, "maxBudgetUsd">): string | undefined {
  const { id, known, prices } = lookUp(name);
  if (models.includes(id)) return id;
  if (!known || !lookUp(models[0] ?? "").known) return undefined;
  return maxBudgetUsd !== undefined && prices === undefined ? undefined : id;
}

export const unmet = (name: string, [model = ""]: readonly string[]): string =>
  `asks for the model ${name}, which isn't known beside ${model}; ${model} does it.`;

/**
 * The bytes that stand before the messages, and the tools that they name, by model. Rule: what was sent is sent again, byte for byte, until
 * the cache that holds it is cold or the user pays for another; only then is it made of what there is now.
 */
import type { JsonObject, Tool } from "@keelson/protocol";
import type { Gathered } from "../gather.ts";
import type { SystemPrompt } from "../prompt.ts";

/** `from`: the reading that it was made of. */
export type Written = { readonly from: Gathered; readonly system: SystemPrompt; readonly tools: ReadonlyMap<string, Tool> };
export type PrefixOf = {
  readonly write: () => Written;
  readonly body: (model: string, written: Written, effort: string | undefined) => JsonObject;
  readonly effort: () => string | undefined;
  /** Milliseconds that an endpoint keeps what nobody asks for. */
  readonly keptMs: number;
  readonly wall: () => number;
};
type Held = { readonly written: Written; readonly at: number; readonly bodies: Map<string | undefined, JsonObject> };

export class Prefix {
  readonly #of: PrefixOf;
  readonly #held = new Map<string, Held>();
  #last: Written | undefined;

  constructor(of: PrefixOf) {
    this.#of = of;
  }

  /** For the request that is made now. */
  ask(model: string): { readonly body: JsonObject; readonly tools: Written["tools"] } {
    const { written, bodies } = this.#warm(model) ?? { written: this.#of.write(), bodies: new Map<string | undefined, JsonObject>() };
    const effort = this.#of.effort();
    const body = bodies.get(effort) ?? this.#of.body(model, written, effort);
    bodies.set(effort, body);
    this.#held.set(model, { written, bodies, at: this.#of.wall() });
    this.#last = written;
    return { body, tools: written.tools };
  }

  /** Of the last request. */
  get last(): Written | undefined {
    return this.#last;
  }

  /** What the cache holds; undefined where it is cold: nothing is lost by another. */
  sent(model: string): Written | undefined {
    return this.#warm(model)?.written;
  }

  /** The next request is made afresh: the user has agreed to what that costs. */
  renew(): void {
    this.#held.clear();
  }

  #warm(model: string): Held | undefined {
    const held = this.#held.get(model);
    return held && this.#of.wall() - held.at < this.#of.keptMs ? held : undefined;
  }
}

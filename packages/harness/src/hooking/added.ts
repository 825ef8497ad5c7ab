import type { Declared } from "./declared.ts";

/** Those of a session and what skills have added to them; the same as long as neither changes. */
export class AddedHooks {
  readonly #base: () => Declared | undefined;
  #added: Declared | undefined;
  #last: { readonly base: Declared | undefined; readonly added: Declared | undefined; readonly both: Declared | undefined } | undefined;

  constructor(base: () => Declared | undefined) {
    this.#base = base;
  }

  /** The same once more changes nothing. */
  add(more: Declared): void {
    const known = this.#added?.hooks ?? [];
    const fresh = more.hooks.filter(({ id }) => known.every((hook) => hook.id !== id));
    if (fresh.length > 0) this.#added = joined(this.#added, { ...more, hooks: fresh });
  }

  get all(): Declared | undefined {
    const base = this.#base();
    const last = this.#last;
    if (last && last.base === base && last.added === this.#added) return last.both;
    const both = joined(base, this.#added);
    this.#last = { base, added: this.#added, both };
    return both;
  }
}

/** Both, in this order. */
export const joined = (one: Declared | undefined, other: Declared | undefined): Declared | undefined =>
  one && other ? { room: one.room, hooks: [...one.hooks, ...other.hooks] } : (one ?? other);

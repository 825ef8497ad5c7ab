import type { Declared } from "./declared.ts";
import { both, joined, type LateHooks } from "./late-hooks.ts";

/** Those of a session and what skills have added to them; the same as long as neither changes. */
export class AddedHooks {
  readonly #base: () => LateHooks | undefined;
  #added: Declared | undefined;
  #last: { readonly base: LateHooks | undefined; readonly added: Declared | undefined; readonly all: LateHooks | undefined } | undefined;

  constructor(base: () => LateHooks | undefined) {
    this.#base = base;
  }

  /** The same once more changes nothing. */
  add(more: Declared): void {
    const known = this.#added?.hooks ?? [];
    const fresh = more.hooks.filter(({ id }) => known.every((hook) => hook.id !== id));
    if (fresh.length > 0) this.#added = this.#added ? both(this.#added, { ...more, hooks: fresh }) : { ...more, hooks: fresh };
  }

  get all(): LateHooks | undefined {
    const base = this.#base();
    if (!this.#last || this.#last.base !== base || this.#last.added !== this.#added)
      this.#last = { base, added: this.#added, all: joined(base, this.#added) };
    return this.#last.all;
  }
}

import type { ModelRequest } from "@keelson/protocol";
import { Draft } from "./draft.ts";
import type { Lent } from "./paper.ts";

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_DRAFTS = 64;

/** A body to send, until it is disposed. `callIds`: of the calls in it. */
export type Written = Lent & { readonly callIds: ReadonlySet<string> };

/**
 * The bodies of the conversations that go on at once: a session, its sub-agents, its branches.
 * They are told apart by their messages. One that is forgotten is written anew: that costs time, and nothing else.
 */
export class Drafts {
  /** The last used is the last. */
  #drafts: readonly Draft[] = [];

  write(request: ModelRequest, marked: boolean): Written {
    const { draft, shared } = this.#choose(request);
    this.#drafts = this.#drafts.filter((one) => one !== draft); // one that a write broke is not used again
    const { bytes, [Symbol.dispose]: giveBack } = draft.write(request, shared, marked);
    this.#drafts = [...this.#drafts, draft];
    this.#forget();
    return { bytes, callIds: draft.callIds, [Symbol.dispose]: giveBack };
  }

  /** The one that shares most, of equals the last used. It is gone on with where only its last message is another; else it is left as it is, for whoever it belongs to. */
  #choose({ messages }: ModelRequest): { readonly draft: Draft; readonly shared: number } {
    let best: { readonly draft: Draft; readonly shared: number } | undefined;
    for (const draft of this.#drafts) {
      const shared = draft.shares(messages);
      if (shared > 0 && shared >= (best?.shared ?? 0)) best = { draft, shared };
    }
    if (!best) return { draft: new Draft(), shared: 0 };
    const { draft, shared } = best;
    return { draft: shared >= draft.length - 1 ? draft : draft.branch(shared), shared };
  }

  #forget(): void {
    let bytes = 0;
    const kept = this.#drafts.toReversed().filter(({ room }, at) => {
      bytes += room;
      return at === 0 || (bytes <= MOST_BYTES && at < MOST_DRAFTS);
    });
    this.#drafts = kept.toReversed();
  }
}

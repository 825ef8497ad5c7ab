/**
 * The shelves of one conversation, from its readings. Rule: the user may start what is there now; the model what it knows of, as far as that
 * is still there.
 */
import type { Gathered } from "../gather.ts";
import { following, type Readings } from "../live/readings.ts";
import { openShelf, remaining, type NestedCatalog, type Shelf } from "./shelf.ts";

type Sources = { readonly read: Gathered; readonly nested: readonly NestedCatalog[] };

export class Shelves {
  readonly #taken: () => Shelf;
  readonly #newest: () => Shelf;
  readonly #nested: () => readonly NestedCatalog[];
  /** Ids that the model was once told of: it may ask for them, since they stand in what it is sent. */
  readonly #past = new Set<string>();
  #noted: Shelf | undefined;
  #below: readonly NestedCatalog[] = [];

  constructor(readings: Readings) {
    this.#nested = () => this.#below;
    this.#taken = this.#shelfOf(() => readings.taken);
    const newest = this.#shelfOf(() => readings.newest);
    this.#newest = () => (readings.newest === readings.taken ? this.#taken() : newest()); // of many thousands one is enough
  }

  get user(): Shelf {
    return this.#newest();
  }

  get model(): Shelf {
    const taken = this.#taken();
    if (taken !== this.#noted) for (const { id } of taken.entries) this.#past.add(id);
    this.#noted = taken;
    return remaining(taken, this.#newest(), this.#past);
  }

  /** Of a folder below, once. */
  add(nested: NestedCatalog): void {
    if (!this.#below.some(({ place }) => place === nested.place)) this.#below = [...this.#below, nested];
  }

  #shelfOf(read: () => Gathered): () => Shelf {
    const sources = following(read, (of) => following(this.#nested, (nested): Sources => ({ read: of, nested })));
    return following(
      () => sources()(),
      ({ read: { catalog, settings }, nested }) => openShelf(catalog, settings, nested),
    );
  }
}

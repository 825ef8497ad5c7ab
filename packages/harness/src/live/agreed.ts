/**
 * What goes on running of a plugin directory that was changed. Rule: an edit that nobody has agreed to takes nothing out of force: the state
 * that was agreed to runs on from its copy, for as long as it is agreed to.
 */
import { relative, sep } from "node:path";
import type { PluginLayer } from "@keelson/loader";
import type { Gathered } from "../gather.ts";
import type { Standing } from "../guard/folder-trust.ts";
import { isUsable } from "../plugins/gathered.ts";
import { contentsIn, type FindRunnable, type Runnable } from "../plugins/runnable.ts";

export class LastAgreed {
  readonly #first: Pick<Gathered, "catalog" | "runnable">;
  readonly #contents: string;
  readonly #last = new Map<string, Runnable>();

  constructor(first: Pick<Gathered, "catalog" | "runnable">, keelHome: string) {
    this.#first = first;
    this.#contents = contentsIn(keelHome);
  }

  /** The same, with what was agreed to before in place of what isn't. */
  over(now: FindRunnable, standing: Standing): FindRunnable {
    return async (found) => {
      const ran = await now(found);
      const { layer } = found;
      if (ran.ok) this.#last.set(keyOf(layer), ran);
      const was = ran.ok ? undefined : await this.#before(layer);
      if (!was?.ok || !this.#isAgreed(layer, was.root, standing)) return ran;
      const leftOut = `It was changed since it was trusted: its programs run as they were. keel trust give ${layer.root} takes the change up.`;
      return { ...was, leftOut };
    };
  }

  async #before(layer: PluginLayer): Promise<Runnable | undefined> {
    const known = this.#last.get(keyOf(layer));
    if (known) return known;
    const first = this.#first.catalog.layers.find((read) => keyOf(read.layer) === keyOf(layer));
    return first && (await this.#first.runnable(first));
  }

  #isAgreed(layer: PluginLayer, root: string, standing: Standing): boolean {
    const [tree = "", ...name] = relative(this.#contents, root).split(sep);
    return name.length > 0 && isUsable("hooks", { layer }, standing, tree);
  }
}

const keyOf = ({ kind, root }: PluginLayer): string => `${kind} ${root}`;

/** A catalog of fewer directories. Rule: where those that go bring nothing, what the others come to is as it was. */
import { catalogOf, NAMESPACED, type Catalog, type LayerRead } from "./catalog.ts";
import { RANK } from "./rank.ts";
import type { PartKind } from "@keelson/protocol";

const KINDS = Object.keys(RANK) as readonly PartKind[];

export function narrowed(catalog: Catalog, keeps: (read: LayerRead) => boolean): Catalog {
  const layers = catalog.layers.filter(keeps);
  if (layers.length === catalog.layers.length) return catalog;
  const gone = catalog.layers.filter((read) => !layers.includes(read));
  if (gone.some(bringsAny)) return catalogOf(layers);
  const said = new Set(gone.flatMap(({ problems }) => problems));
  return { ...catalog, layers, problems: catalog.problems.filter((problem) => !said.has(problem)) };
}

/** Its name alone, where it stands before those of its parts, is something that another may have too. */
const bringsAny = ({ layer, plugin }: LayerRead): boolean =>
  plugin !== undefined && (NAMESPACED.includes(layer.kind) || KINDS.some((kind) => plugin[kind].length > 0));

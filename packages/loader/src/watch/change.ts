/** What is different between two catalogs. Rule: by kind and id; a text whose file was written again has changed, though its head is the same. */
import { NAMED_KINDS, type Catalog, type Found, type JoinedKind, type NamedKind } from "../catalog/catalog.ts";

export type Named = { readonly kind: NamedKind | JoinedKind; readonly id: string };
export type Difference = { readonly added: readonly Named[]; readonly removed: readonly Named[]; readonly changed: readonly Named[] };

const JOINED: readonly JoinedKind[] = ["rules", "instructions", "hooks", "toolFiles", "programs"];
const TEXTS: readonly string[] = ["skills", "commands", "agents", "outputStyles", "rules"];

export function difference(before: Catalog, after: Catalog): Difference {
  const found = [
    ...NAMED_KINDS.map((kind) => compare(kind, before.named[kind], after.named[kind])),
    ...JOINED.map((kind) => compare(kind, byFile(before.joined[kind]), byFile(after.joined[kind]))),
  ];
  return {
    added: found.flatMap((one) => one.added),
    removed: found.flatMap((one) => one.removed),
    changed: found.flatMap((one) => one.changed),
  };
}

function compare(kind: Named["kind"], before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): Difference {
  const same = (id: string): boolean => {
    const [one, other] = [before.get(id), after.get(id)];
    if (partOf(one) === partOf(other)) return true;
    return !TEXTS.includes(kind) && JSON.stringify(one) === JSON.stringify(other);
  };
  return {
    added: [...after.keys()].filter((id) => !before.has(id)).map((id) => ({ kind, id })),
    removed: [...before.keys()].filter((id) => !after.has(id)).map((id) => ({ kind, id })),
    changed: [...after.keys()].filter((id) => before.has(id) && !same(id)).map((id) => ({ kind, id })),
  };
}

const partOf = (found: unknown): unknown => (typeof found === "object" && found !== null && "part" in found ? found.part : found);

/** Several hooks stand in one file: together they are what is compared. */
function byFile(found: readonly Found[]): ReadonlyMap<string, unknown> {
  const files = new Map<string, unknown[]>();
  for (const { id, part } of found) files.set(id, [...(files.get(id) ?? []), part]);
  return new Map([...files].map(([id, parts]) => [id, parts.length === 1 ? parts[0] : parts]));
}

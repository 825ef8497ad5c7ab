/**
 * Skills and commands by the names they are started with: one namespace. Rule: the catalog's ranks say whose a name is; what the settings
 * take away isn't there at all.
 */
import type { Catalog, Found, LayerKind } from "@keelson/loader";
import type { Json, Provenance, Settings, SkillDecl } from "@keelson/protocol";
import { folderOf } from "../instructions/order.ts";

/** Whose a text is. `installed`: a plugin's, a distribution's, the administrator's. */
export type Origin = "installed" | "user" | "repository";
export type Entry = {
  /** `review`; `plugin:review` of an installed plugin; `sub/dir:review` where a nested one has a name that is taken. */
  readonly id: string;
  readonly decl: SkillDecl;
  readonly kind: "skill" | "command";
  readonly origin: Origin;
  readonly layer: LayerKind;
  /** What the patterns of its `paths` begin at, where that isn't the session's folder. */
  readonly folder?: string;
  /** What links of its file may not lead out of: for `readBody`. */
  readonly within: string;
  /** The plugin that brings it. */
  readonly plugin?: { readonly name: string; readonly root: string };
  /** Who may start it. */
  readonly forModel: boolean;
  readonly forUser: boolean;
  /** The listing says its name alone. */
  readonly nameOnly: boolean;
  /** What its plugin says the first argument is called; see `baseOf`. */
  readonly base?: 0 | 1;
};
export type Shelf = {
  /** By id, in the order of the letters. */
  readonly entries: readonly Entry[];
  /** By id, by the bare name where it is free, by `folder:name`; with a slash before it or without. */
  find(name: string): Entry | undefined;
  /** The id of one that was there before. */
  gone?(name: string): string | undefined;
};

export type ShelfSettings = Pick<Settings, "skillOverrides" | "disableBundledSkills">;
/** Of a folder below the session's: its skills are there once a file of it was touched. `place`: relative to the session's folder. */
export type NestedCatalog = { readonly place: string; readonly catalog: Pick<Catalog, "named" | "aliases" | "layers"> };

const INSTALLED: readonly LayerKind[] = ["managed", "flag", "plugin", "distribution", "bundled"];
const USER: readonly LayerKind[] = ["keel_user", "claude_user", "agents_user", "codex_user", "gemini_user"];
const NAMED_AFTER_PLUGIN: readonly LayerKind[] = ["flag", "plugin", "project_plugin"];

function originOf(layer: LayerKind): Origin {
  return INSTALLED.includes(layer) ? "installed" : USER.includes(layer) ? "user" : "repository";
}

/** Whose words a text of this origin is. */
export const PROVENANCE: Readonly<Record<Origin, Provenance>> = { installed: "plugin", user: "user", repository: "repo" };

export function openShelf(
  catalog: Pick<Catalog, "named" | "aliases" | "layers">,
  settings: ShelfSettings,
  nested: readonly NestedCatalog[] = [],
): Shelf {
  const entries = new Map<string, Entry>();
  for (const entry of entriesOf(catalog)) entries.set(entry.id, entry);
  for (const { place, catalog: below } of nested)
    for (const entry of entriesOf(below)) {
      const id = entries.has(entry.id) ? `${place}:${entry.id}` : entry.id;
      if (!isHeld(entries, entry)) entries.set(id, { ...entry, id });
    }
  const all = [...entries.values()].flatMap((entry) => overridden(entry, settings)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const byId = new Map(all.map((entry) => [entry.id, entry]));
  const aliases = new Map([...catalog.aliases.commands, ...catalog.aliases.skills]);
  const byFolder = new Map(all.flatMap((entry) => (entry.decl.within ? [[[...entry.decl.within, entry.decl.name].join(":"), entry]] : [])));
  return {
    entries: all,
    find(asked) {
      const name = asked.trim().replace(/^\//, "");
      const found = byId.get(name) ?? byId.get(aliases.get(name) ?? "") ?? byFolder.get(name);
      return found ?? only(all.filter(({ id }) => id.toLowerCase() === name.toLowerCase()));
    },
  };
}

/** Those of `known` that are there `now`, as they are now. `past`: ids of all that were ever known. */
export function remaining(known: Shelf, now: Shelf, past: ReadonlySet<string>): Shelf {
  if (known === now && past.size === known.entries.length) return known;
  const there = new Map(now.entries.map((entry) => [entry.id, entry]));
  return {
    entries: known.entries.flatMap(({ id }) => there.get(id) ?? []),
    find(name) {
      const found = known.find(name);
      return found && there.get(found.id);
    },
    gone(name) {
      const id = known.find(name)?.id ?? name.trim().replace(/^\//, "");
      return !there.has(id) && past.has(id) ? id : undefined;
    },
  };
}

const only = (found: readonly Entry[]): Entry | undefined => (found.length === 1 ? found[0] : undefined);

const isHeld = (entries: ReadonlyMap<string, Entry>, { decl }: Entry): boolean =>
  [...entries.values()].some((one) => one.decl.file === decl.file);

function entriesOf({ named, layers }: Pick<Catalog, "named" | "layers">): readonly Entry[] {
  const manifests = new Map(layers.map(({ layer, plugin }) => [layer.root, plugin?.manifest]));
  const entryOf = (kind: Entry["kind"], { id, part, plugin, layer }: Found<"skills"> | Found<"commands">): Entry => {
    const base = baseIn(manifests.get(layer.root));
    return {
      id,
      decl: part,
      kind,
      origin: originOf(layer.kind),
      layer: layer.kind,
      within: layer.within,
      ...(originOf(layer.kind) === "repository" && { folder: folderOf(layer) }),
      ...(INSTALLED.includes(layer.kind) && { plugin: { name: plugin, root: layer.root } }),
      forModel: part.hiddenFromModel !== true,
      forUser: part.hiddenFromUser !== true,
      nameOnly: false,
      ...(base !== undefined && { base }),
    };
  };
  return [
    ...[...named.commands.values()].map((found) => entryOf("command", found)),
    ...[...named.skills.values()].map((found) => entryOf("skill", found)),
  ];
}

/** `extensions["dev.keelson"].argumentBase` of the manifest. */
function baseIn(manifest: Json | undefined): 0 | 1 | undefined {
  const base = fieldOf(fieldOf(fieldOf(manifest, "extensions"), "dev.keelson"), "argumentBase");
  return base === 0 || base === 1 ? base : undefined;
}

function fieldOf(value: Json | undefined, key: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[key]
    : undefined;
}

/** The settings speak of single skills, a plugin's excepted: that is switched off as a whole. */
function overridden(entry: Entry, { skillOverrides = {}, disableBundledSkills = false }: ShelfSettings): readonly Entry[] {
  if (disableBundledSkills && entry.layer === "bundled") return [];
  const said = NAMED_AFTER_PLUGIN.includes(entry.layer) || !Object.hasOwn(skillOverrides, entry.id) ? "on" : skillOverrides[entry.id];
  switch (said) {
    case "off":
      return [];
    case "name-only":
      return [{ ...entry, nameOnly: true }];
    case "user-invocable-only":
      return [{ ...entry, forModel: false }];
    default:
      return [entry];
  }
}

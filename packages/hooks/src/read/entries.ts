/** Finds the handlers in whatever shape somebody wrote them down. Rule: a shape that can be understood is, and nothing throws. */
import type { Hook, Json } from "@keelson/protocol";
import { DIALECTS } from "../dialect/dialects.ts";
import { isObject } from "../json.ts";

export type Path = readonly (string | number)[];
/** One handler as it was written. `path`: where it stands below the value that was read. */
export type Entry = {
  readonly written: string;
  readonly matcher: Json | undefined;
  readonly handler: Json;
  readonly path: Path;
  readonly series?: string;
};
export type Entries = { readonly dialect: Hook["dialect"]; readonly entries: readonly Entry[]; readonly wrong?: string };

/** Kept beside the events by those who write no `hooks` around them. */
const BESIDE = ["$schema", "version", "description", "name", "author", "lastUpdated"];

/** `raw`: the file's whole (`{hooks: {…}}`), or the events alone. */
export function entriesIn(raw: Json | undefined, known: Hook["dialect"] | undefined): Entries {
  const isWrapped = isObject(raw) && "hooks" in raw;
  const events = isWrapped ? raw["hooks"] : raw;
  const base: Path = isWrapped ? ["hooks"] : [];
  if (events === undefined || events === null || (Array.isArray(events) && events.length === 0))
    return { dialect: known ?? "claude", entries: [] };
  if (!isObject(events)) return { dialect: known ?? "claude", entries: [], wrong: "must be an object: events by name, each with a list" };
  const names = Object.keys(events).filter((name) => isWrapped || !BESIDE.includes(name));
  const entries = names.flatMap((name) => ofEvent(name, events[name], [...base, name]));
  return { dialect: known ?? dialectOf(names, raw), entries };
}

/** By the names that only one host has. Those of Cursor are ours but for their case: there the file must say that it is Cursor's. */
function dialectOf(names: readonly string[], raw: Json | undefined): Hook["dialect"] {
  const isOf = (dialect: Hook["dialect"]): boolean => names.some((name) => isOwnName(name, dialect));
  if (isObject(raw) && raw["version"] === 1 && isOf("cursor")) return "cursor";
  return (["gemini", "open"] as const).find(isOf) ?? "claude";
}

function isOwnName(name: string, dialect: Hook["dialect"]): boolean {
  const { events, foreign } = DIALECTS[dialect];
  return foreign.includes(name) || (Object.hasOwn(events, name) && events[name]?.event !== name);
}

function ofEvent(written: string, value: Json | undefined, path: Path): readonly Entry[] {
  const groups = Array.isArray(value) ? value : [value ?? null];
  return groups.flatMap((group: Json, at) => ofGroup(written, group, Array.isArray(value) ? [...path, at] : path));
}

/** A group holds handlers, or is one itself. */
function ofGroup(written: string, group: Json, path: Path): readonly Entry[] {
  if (!isObject(group) || group["hooks"] === undefined) {
    const matcher = isObject(group) ? group["matcher"] : undefined;
    return [{ written, matcher, handler: group, path }];
  }
  const { matcher, hooks, sequential } = group;
  const handlers: readonly Json[] = Array.isArray(hooks) ? hooks : [hooks ?? null];
  return handlers.map((handler, at) => ({
    written,
    matcher: matcher ?? own(handler),
    handler,
    path: [...path, "hooks", at],
    ...(sequential === true && { series: path.join("/") }),
  }));
}

const own = (handler: Json): Json | undefined => (isObject(handler) ? handler["matcher"] : undefined);

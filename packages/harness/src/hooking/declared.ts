/** Which hooks may run in a session: declared by settings and plugin directories, and allowed by trust. Reading them runs nothing. */
import type { PluginLayer } from "@keelson/loader";
import { brokenRestriction } from "@keelson/permissions";
import type { Hook, HookDecl, Problem } from "@keelson/protocol";
import type { Gathered } from "../gather.ts";
import type { FindRunnable, Runnables } from "../plugins/runnable.ts";
import { heardIn, keepHeard, type HeardPlace } from "./heard.ts";
import { eventsOf, readBefore, readLater, type HooksRead, type LateHooks } from "./late-hooks.ts";
import { whoseSettings } from "../whose.ts";
import { whoseLayer, type Silenced } from "./silenced.ts";

type Room = typeof import("@keelson/hooks");
type ReadHooks = ReturnType<Room["readHookDecls"]>;
/** `room`: what runs them. */
export type Declared = { readonly hooks: readonly Hook[]; readonly room: Room };
export type DeclaredHooks = { readonly declared: Declared | undefined; readonly problems: readonly Problem[] };
type About = Pick<Gathered, "settings" | "silenced" | "settingHooks" | "catalog" | "standing" | "runnable">;
/** `data`: where a plugin keeps things. `kept`: where a start says to the next one which events are heard. `stands`, `known`: see `Runnables`. */
export type Ways = {
  readonly data: (plugin: string) => string;
  readonly kept?: HeardPlace;
} & Pick<Runnables, "stands" | "known">;

/** Undefined where there are none: nothing of them is loaded then. They are read now, unless it is known what is heard. */
export async function declaredHooks(
  about: About,
  { data, kept, stands, known }: Ways,
): Promise<{ readonly hooks: LateHooks | undefined; readonly problems: readonly Problem[] }> {
  const { settingHooks, catalog } = about;
  if (settingHooks.length + catalog.joined.hooks.length + known.length === 0) return { hooks: undefined, problems: [] };
  const { groups, held } = await sift(about, { stands, known });
  if (groups.length === 0) return { hooks: undefined, problems: held };
  const read = (): Promise<HooksRead> => readGroups(groups, about.runnable, data);
  const declared = kept && saidOf(groups);
  const events = kept && declared !== undefined ? heardIn(kept, declared) : undefined;
  if (events) return { hooks: readLater(events, read), problems: held };
  const found = await read();
  if (kept && declared !== undefined && found.problems.length === 0) keepHeard(kept, declared, eventsOf(found.declared));
  const problems = [...held, ...found.problems];
  return { hooks: found.declared.hooks.length > 0 ? readBefore(found.declared) : undefined, problems };
}

/** A broken `if` holds as a broken deny rule does: the hook runs too often, and not too seldom. */
export function checked({ hooks, problems }: ReadHooks): ReadHooks {
  const broken = hooks.flatMap(({ if: rule, written, origin: { file, line } }): readonly Problem[] => {
    const found = rule === undefined ? undefined : brokenRestriction(rule);
    if (!found) return [];
    const text = `The "if" of the ${written} hook, ${JSON.stringify(rule)}, can't be read, so the hook runs at every call of ${found.holdsFor.replace(/^all of /, "")} that its matcher fits: ${found.why}. Write a permission rule, as in "Bash(git push *)".`;
    return [{ severity: "warning", code: "hook_if", file, ...(line !== undefined && { line }), text }];
  });
  return { hooks, problems: [...problems, ...broken] };
}

/** `layer`: the directory that brings them; none for those of the settings. */
type Group = { readonly decls: readonly HookDecl[]; readonly layer?: PluginLayer; readonly plugin: string };

/** What the disk has of them says what they come to, with the copies that they run from. */
const saidOf = (groups: readonly Group[]): string =>
  JSON.stringify(groups.map(({ decls, layer, plugin }) => [layer?.kind, layer?.root, plugin, decls]));

async function sift(
  { settings, silenced, settingHooks, catalog, standing }: About,
  { stands, known }: Pick<Ways, "stands" | "known">,
): Promise<{ readonly groups: readonly Group[]; readonly held: readonly Problem[] }> {
  const managed = settings.allowManagedHooksOnly === true;
  const heard = (whose: Silenced[number]): boolean => !silenced.includes(whose) && (!managed || whose === "managed");
  const own = settingHooks.filter(
    ({ source }) => heard(whoseSettings(source)) && (whoseSettings(source) !== "repository" || standing.trusted),
  );
  const groups: Group[] = own.length === 0 ? [] : [{ decls: own, plugin: "" }];
  const held: Problem[] = [];
  const brought = Map.groupBy(catalog.joined.hooks, ({ layer }) => layer);
  const layers = new Set([...brought.keys(), ...known]);
  for (const layer of [...layers].filter((one) => heard(whoseLayer(one)))) {
    const found = brought.get(layer) ?? [];
    const stood = await stands({ layer });
    const decls = stood.as === "was" ? stood.ran.parts.hooks : found.map(({ part }) => part);
    if (stood.as === "was") held.push(...changedProblem(layer, { declares: found.length, runs: decls.length }));
    if (stood.as === "held") held.push(...(found.length > 0 ? [heldProblem(layer, found.length, stood.why)] : []));
    else if (decls.length > 0) groups.push({ decls, layer, plugin: found[0]?.plugin ?? (stood.as === "was" ? stood.ran.name : "") });
  }
  return { groups, held };
}

/** What a directory declares is read from what runs. */
async function readGroups(groups: readonly Group[], runnable: FindRunnable, data: Ways["data"]): Promise<HooksRead> {
  const room = await import("@keelson/hooks");
  const read: ReadHooks[] = [];
  const problems: Problem[] = [];
  for (const { decls, layer, plugin } of groups) {
    const ran = layer && (await runnable({ layer }));
    if (!layer || !ran) read.push(checked(room.readHookDecls(decls, { group: "settings", name: "the settings", kind: "settings" })));
    else if (!ran.ok) problems.push(heldProblem(layer, decls.length, ran.why));
    else {
      if (ran.leftOut !== undefined) problems.push({ severity: "warning", code: "left_out", file: layer.root, text: ran.leftOut });
      const origin = { group: layer.root, name: `plugin ${plugin}`, kind: "plugin", root: ran.root, data: data(plugin) } as const;
      read.push(checked(room.readHookDecls(ran.parts.hooks, origin)));
    }
  }
  const hooks = read.flatMap((one) => one.hooks);
  return { declared: { room, hooks }, problems: [...problems, ...read.flatMap((one) => one.problems)] };
}

/** `declares`: hooks that it has now. `runs`: those of the state that was agreed to. */
function changedProblem(layer: PluginLayer, { declares, runs }: { readonly declares: number; readonly runs: number }): readonly Problem[] {
  const { root: file } = layer;
  const give = `keel trust give ${file}`;
  if (runs === 0) return declares === 0 ? [] : [heldProblem(layer, declares, `it was changed since it was trusted. ${give} trusts it`)];
  const text = `It was changed since it was trusted: its hooks run as they were. ${give} takes the change up.`;
  return [{ severity: "warning", code: "runs_as_agreed", file, text }];
}

const heldProblem = ({ root: file }: PluginLayer, hooks: number, why: string): Problem => ({
  severity: "warning",
  code: "hooks_held",
  file,
  text: `Its ${hooks} hooks don't run: ${why}.`,
});

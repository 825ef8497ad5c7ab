/** Which hooks may run in a session: declared by settings and plugin directories, and allowed by trust. Reading them runs nothing. */
import type { Found } from "@keelson/loader";
import { brokenRestriction } from "@keelson/permissions";
import type { Hook, HookDecl, HookOrigin, Problem } from "@keelson/protocol";
import type { Gathered } from "../gather.ts";
import { whoseLayer, whoseSettings, type Silenced } from "./silenced.ts";

type Room = typeof import("@keelson/hooks");
type HooksRead = ReturnType<Room["readHookDecls"]>;
/** `room`: what runs them, loaded because there are some. */
export type Declared = { readonly hooks: readonly Hook[]; readonly room: Room };
export type DeclaredHooks = { readonly declared: Declared | undefined; readonly problems: readonly Problem[] };
type About = Pick<Gathered, "settings" | "silenced" | "settingHooks" | "catalog" | "standing" | "runnable">;

/** Undefined where there are none: nothing of them is loaded then. */
export async function declaredHooks(about: About, data: (plugin: string) => string): Promise<DeclaredHooks> {
  const { settings, silenced, settingHooks, catalog } = about;
  if (settingHooks.length === 0 && catalog.joined.hooks.length === 0) return { declared: undefined, problems: [] };
  const managed = settings.allowManagedHooksOnly === true;
  const heard = (whose: Silenced[number]): boolean => !silenced.includes(whose) && (!managed || whose === "managed");
  const own = settingHooks.filter(({ source }) => heard(whoseSettings(source)));
  const brought = catalog.joined.hooks.filter(({ layer }) => heard(whoseLayer(layer)));
  const { allowed, held } = await sift(about, own, brought);
  if (allowed.length === 0) return { declared: undefined, problems: held };
  const room = await import("@keelson/hooks");
  const read = allowed.map(({ decls, origin }) => checked(room.readHookDecls(decls, origin(data))));
  return {
    declared: { room, hooks: read.flatMap(({ hooks }) => hooks) },
    problems: [...read.flatMap(({ problems }) => problems), ...held],
  };
}

/** A broken `if` holds as a broken deny rule does: the hook runs too often, and not too seldom. */
export function checked({ hooks, problems }: HooksRead): HooksRead {
  const broken = hooks.flatMap(({ if: rule, written, origin: { file, line } }): readonly Problem[] => {
    const found = rule === undefined ? undefined : brokenRestriction(rule);
    if (!found) return [];
    const text = `The "if" of the ${written} hook, ${JSON.stringify(rule)}, can't be read, so the hook runs at every call of ${found.holdsFor.replace(/^all of /, "")} that its matcher fits: ${found.why}. Write a permission rule, as in "Bash(git push *)".`;
    return [{ severity: "warning", code: "hook_if", file, ...(line !== undefined && { line }), text }];
  });
  return { hooks, problems: [...problems, ...broken] };
}

type Group = {
  readonly decls: readonly HookDecl[];
  readonly origin: (data: (plugin: string) => string) => Omit<HookOrigin, "file" | "line">;
};

async function sift(
  { standing, runnable }: Pick<About, "standing" | "runnable">,
  own: About["settingHooks"],
  brought: readonly Found<"hooks">[],
): Promise<{ readonly allowed: readonly Group[]; readonly held: readonly Problem[] }> {
  const mine = own.filter(({ source }) => whoseSettings(source) !== "repository" || standing.trusted);
  const allowed: Group[] =
    mine.length === 0 ? [] : [{ decls: mine, origin: () => ({ group: "settings", name: "the settings", kind: "settings" }) }];
  const held: Problem[] = [];
  for (const [layer, found] of Map.groupBy(brought, (one) => one.layer)) {
    const ran = await runnable({ layer });
    const plugin = found[0]?.plugin ?? "";
    const about = (code: string, text: string): number => held.push({ severity: "warning", code, file: layer.root, text });
    if (!ran.ok) about("hooks_held", `Its ${found.length} hooks don't run: ${ran.why}.`);
    if (!ran.ok) continue;
    if (ran.leftOut !== undefined) about("left_out", ran.leftOut);
    const { root } = ran;
    allowed.push({
      decls: ran.parts.hooks,
      origin: (data) => ({ group: layer.root, name: `plugin ${plugin}`, kind: "plugin", root, data: data(plugin) }),
    });
  }
  return { allowed, held };
}

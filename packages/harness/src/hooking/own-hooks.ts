/**
 * Hooks that stand in the head of a text: a skill's hold from its start until the session ends, an agent's inside of it. Rule: they run where
 * the hooks of the directory they stand in would, from the same copy, and by the same trust.
 */
import { dirname, join, relative } from "node:path";
import type { Found, PluginLayer } from "@keelson/loader";
import type { HookDecl, HookOrigin, JsonObject, Problem } from "@keelson/protocol";
import type { AgentKind } from "../agents/kinds.ts";
import type { Gathered } from "../gather.ts";
import type { Entry } from "../skills/shelf.ts";
import { whoseLayer } from "./silenced.ts";
import { checked, type DeclaredHooks } from "./declared.ts";

type House = Pick<Gathered, "settings" | "silenced" | "catalog" | "runnable">;
type Data = (plugin: string) => string;
const NONE: DeclaredHooks = { declared: undefined, problems: [] };

/** Of a skill or a command. */
export async function hooksOfSkill({ id, kind, decl }: Entry, house: House, data: Data): Promise<DeclaredHooks> {
  const layer = house.catalog.layers.find(({ plugin }) =>
    [...(plugin?.skills ?? []), ...(plugin?.commands ?? [])].some((part) => part === decl),
  );
  return await readOwn(
    { name: `${kind} ${id}`, kind: "skill", file: decl.file },
    layer && { ...layer, plugin: layer.plugin?.name ?? "" },
    house,
    data,
  );
}

/** Of a kind of agent; a plugin's agents have none. */
export async function hooksOfAgent(
  { name, found, given }: Pick<AgentKind, "name" | "found" | "given">,
  house: House,
  data: Data,
): Promise<DeclaredHooks> {
  const about = { name: `agent ${name}`, kind: "agent", file: found?.part.file ?? "--agents" } as const;
  if (given !== undefined) return await readGiven(about, given, house);
  return found?.part.hooks ? await readOwn(about, found, house, data) : NONE;
}

type About = Pick<HookOrigin, "name" | "kind" | "file">;

const areOff = ({ settings, silenced }: House, layer?: PluginLayer): boolean =>
  silenced.includes(whoseLayer(layer)) || (settings.allowManagedHooksOnly === true && layer?.kind !== "managed");

async function readOwn(about: About, found: Pick<Found, "layer" | "plugin"> | undefined, house: House, data: Data): Promise<DeclaredHooks> {
  if (areOff(house, found?.layer)) return NONE;
  const { file } = about;
  const ran = found
    ? await house.runnable(found)
    : ({ ok: false, why: "they stand in no plugin directory that could be agreed to" } as const);
  if (!found || !ran.ok) return held(file, ran.ok ? "" : ran.why);
  const { skills, commands, agents } = await ran.texts();
  const part = [...skills, ...commands, ...agents].find((one) => one.file === file);
  const dir = join(ran.root, relative(found.layer.root, dirname(file)));
  const { name, kind } = about;
  return await opened(part?.hooks ?? [], {
    name,
    kind,
    group: file,
    root: ran.root,
    data: data(found.plugin),
    ...(kind === "skill" && { skillDir: dir }),
  });
}

/** Whoever wrote the command line may run what is on it. */
async function readGiven(about: About, given: JsonObject, house: House): Promise<DeclaredHooks> {
  if (given["hooks"] === undefined || areOff(house)) return NONE;
  const room = await import("@keelson/hooks");
  const { hooks, problems } = checked(room.readHooks(given["hooks"], { ...about, group: about.name }));
  return { declared: { room, hooks }, problems };
}

async function opened(decls: readonly HookDecl[], origin: Omit<HookOrigin, "file" | "line">): Promise<DeclaredHooks> {
  const room = await import("@keelson/hooks");
  const { hooks, problems } = checked(room.readHookDecls(decls, origin));
  return { declared: { room, hooks }, problems };
}

const held = (file: string, why: string): DeclaredHooks => ({
  declared: undefined,
  problems: [{ severity: "warning", code: "hooks_held", file, text: `Its hooks don't run: ${why}.` } satisfies Problem],
});

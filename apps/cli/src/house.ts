import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Ask, Flags, House, Refusal } from "@keelson/harness";
import type { Run } from "./asked.ts";
import { FAILED, USAGE } from "./exit.ts";
import { bundledPlugin, OPTIONAL_PLUGINS, type Machine } from "./machine.ts";

/** What the command line adds to a machine. Without `ask` nobody answers questions. */
export type Wanted = { readonly flags: Flags; readonly plugins?: readonly string[]; readonly ask?: Ask | undefined };

/** What the harness is handed: this machine, what the command line said, and who answers. */
export function houseOf(machine: Machine, cwd: string, { flags, plugins = [], ask }: Wanted): House {
  const { home, keelHome, env, platform, clock, wall, version, telemetry } = machine;
  return {
    place: { cwd, home, keelHome, env, platform },
    flags,
    plugins: [bundledPlugin("code")],
    coordinating: () => [bundledPlugin("tasks")],
    named: plugins.map((root) => folderOf(root, cwd)),
    clock,
    wall,
    version,
    runsCode: late(async () => (await import("./stray.ts")).holdStray()),
    ...(ask && { ask }),
    ...(telemetry && { telemetry }),
  };
}

/** Loaded when it is called first. */
function late(load: () => Promise<NonNullable<House["runsCode"]>>): NonNullable<House["runsCode"]> {
  let loaded: ReturnType<typeof load> | undefined;
  return async (root, file) => await (await (loaded ??= load()))(root, file);
}

/** A folder, or the name of a plugin that comes along. */
function folderOf(root: string, cwd: string): string {
  const folder = resolve(cwd, root);
  const own = OPTIONAL_PLUGINS.find((name) => name === root);
  return own !== undefined && !existsSync(folder) ? bundledPlugin(own) : folder;
}

/** A plugin that was named is a word of the command line, as a file is. */
export const codeOf = ({ code }: Refusal, { plugins }: Pick<Run, "plugins">): number =>
  code === "usage" || (code === "plugin" && plugins.length > 0) ? USAGE : FAILED;

import { resolve } from "node:path";
import type { Ask, Flags, House, Refusal } from "@keelson/harness";
import type { Run } from "./asked.ts";
import { FAILED, USAGE } from "./exit.ts";
import { bundledPlugins, type Machine } from "./machine.ts";

/** What the command line adds to a machine. Without `ask` nobody answers questions. */
export type Wanted = { readonly flags: Flags; readonly plugins?: readonly string[]; readonly ask?: Ask | undefined };

/** What the harness is handed: this machine, what the command line said, and who answers. */
export function houseOf(machine: Machine, cwd: string, { flags, plugins = [], ask }: Wanted): House {
  const { home, keelHome, env, platform, clock, wall, version } = machine;
  return {
    place: { cwd, home, keelHome, env, platform },
    flags,
    plugins: [...bundledPlugins(), ...plugins.map((root) => resolve(cwd, root))],
    clock,
    wall,
    version,
    ...(ask && { ask }),
  };
}

/** A plugin that was named is a word of the command line, as a file is. */
export const codeOf = ({ code }: Refusal, { plugins }: Pick<Run, "plugins">): number =>
  code === "usage" || (code === "plugin" && plugins.length > 0) ? USAGE : FAILED;

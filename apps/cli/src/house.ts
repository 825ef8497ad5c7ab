import type { Ask, Flags, House } from "@keelson/harness";
import { bundledPlugins, type Machine } from "./machine.ts";

/** What the harness is handed: this machine, what the command line said, and who answers questions (nobody under -p). */
export function houseOf(machine: Machine, cwd: string, flags: Flags, ask?: Ask): House {
  const { home, keelHome, env, platform, clock, wall, version } = machine;
  return { place: { cwd, home, keelHome, env, platform }, flags, plugins: bundledPlugins(), clock, wall, version, ...(ask && { ask }) };
}

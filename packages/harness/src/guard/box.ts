import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { confine } from "@keelson/permissions";
import type { Confinement, Rule, Settings } from "@keelson/protocol";
import type { BlockKit } from "@keelson/tools";

/** What Bash is confined to, by the settings and the rules. `holds`: would a command run within it? */
export type Box = {
  readonly confine: NonNullable<BlockKit["confine"]>;
  readonly holds: (command: string) => boolean;
  readonly temporary: string;
};
type Bounds = {
  readonly rules: readonly Rule[];
  readonly directories: readonly string[];
  readonly home: string;
  readonly keelHome: string;
  readonly session: string;
};

/** Undefined where no sandbox is asked for. */
export function boxOf({ sandbox }: Settings, { rules, directories, home, keelHome, session }: Bounds): Box | undefined {
  if (!sandbox?.enabled || sandbox.filesystem?.disabled) return undefined;
  const temporary = join(keelHome, "var", "tmp", session);
  const excluded = (command: string): boolean => (sandbox.excludedCommands ?? []).some((pattern) => isCovered(command, pattern));
  const known = new Map<string, Confinement>(); // by folder: a session moves seldom
  const settings = { ...(sandbox.filesystem && { filesystem: sandbox.filesystem }), ...(sandbox.network && { network: sandbox.network }) };
  return {
    temporary,
    holds: (command) => !excluded(command),
    confine({ command, cwd }) {
      if (command !== undefined && excluded(command)) return undefined;
      const before = known.get(cwd);
      if (before) return before;
      mkdirSync(temporary, { recursive: true, mode: 0o700 });
      const { confinement } = confine({ settings, rules, cwd, directories, home, temporary });
      const whole: Confinement = {
        ...confinement,
        ...(sandbox.bwrapPath !== undefined && { program: sandbox.bwrapPath }),
        ...(sandbox.network?.allowAllUnixSockets && { unixSockets: "open" }),
      };
      known.set(cwd, whole);
      return whole;
    },
  };
}

/** One plain command that begins with the pattern's words, to its end; what is chained to it would leave the sandbox too. */
function isCovered(command: string, pattern: string): boolean {
  if (/[;&|<>()$`\n\\]/.test(command)) return false;
  const words = command.trim();
  const start = pattern.replace(/[: ]?\*$/, "").trim();
  return start !== "" && (words === start || (words.startsWith(`${start} `) && start !== pattern.trim()));
}

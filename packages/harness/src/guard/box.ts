import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { confine, rememberNested } from "@keelson/permissions";
import type { Rule, Settings } from "@keelson/protocol";
import type { BlockKit } from "@keelson/tools";

/** What Bash is confined to, by the settings and the rules. `holds`: would a command run within it? */
export type Box = {
  readonly confine: NonNullable<BlockKit["confine"]>;
  readonly holds: (command: string) => boolean;
  readonly temporary: string;
};
/** As they are when a command starts. */
export type Bounds = { readonly rules: readonly Rule[]; readonly directories: readonly string[] };
/** `now`: milliseconds since 1970. With it a folder is looked into again only when it has changed. */
type Place = {
  readonly bounds: () => Bounds;
  readonly home: string;
  readonly keelHome: string;
  readonly session: string;
  readonly now?: () => number;
};

/** Undefined where no sandbox is asked for. */
export function boxOf({ sandbox }: Settings, { bounds, home, keelHome, session, now }: Place): Box | undefined {
  if (!sandbox?.enabled || sandbox.filesystem?.disabled) return undefined;
  const temporary = join(keelHome, "var", "tmp", session);
  const excluded = (command: string): boolean => (sandbox.excludedCommands ?? []).some((pattern) => isCovered(command, pattern));
  const nested = now && rememberNested(now);
  const settings = { ...(sandbox.filesystem && { filesystem: sandbox.filesystem }), ...(sandbox.network && { network: sandbox.network }) };
  return {
    temporary,
    holds: (command) => !excluded(command),
    confine({ command, cwd }) {
      if (command !== undefined && excluded(command)) return undefined;
      mkdirSync(temporary, { recursive: true, mode: 0o700 });
      const given = { ...bounds(), settings, cwd, home, temporary };
      const { confinement } = confine({ ...given, ...(nested && { nested }) }); // anew: what was cloned meanwhile is held too
      return {
        ...confinement,
        ...(sandbox.bwrapPath !== undefined && { program: sandbox.bwrapPath }),
        ...(sandbox.network?.allowAllUnixSockets && { unixSockets: "open" }),
      };
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

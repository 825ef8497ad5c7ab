import { join } from "node:path";
import { createAnalyse, createReadFilter } from "@keelson/permissions";
import type { AnalyseShell, Problem, Rule, Tool } from "@keelson/protocol";
import { openProcesses, scrub, type BlockKit, type Disk, type Processes, type Worktrees } from "@keelson/tools";
import type { Gathered } from "./gather.ts";
import type { House } from "./house.ts";
import { boxOf, type Box } from "./guard/box.ts";
import { enableBlocks } from "./registry.ts";
import { bareDenials } from "./rules.ts";

/** A session's tools, and what they bring along. Dispose ends what they left running. */
export type Toolbox = AsyncDisposable & {
  readonly tools: ReadonlyMap<string, Tool>;
  /** The names of what its agents may have. */
  readonly lent: readonly string[];
  /** Where the session works: what relative paths are relative to. */
  readonly seat: Seat;
  /** Where the shell went since the last look; undefined when it is where it was. */
  readonly moved: () => Move | undefined;
  readonly processes: Processes;
  readonly env: Readonly<Record<string, string>>;
  /** For what is started from now on. */
  readonly setEnvironment: (name: string, value: string) => void;
  /** Where long outputs are. */
  readonly spillDir: string;
  /** What commands are confined to, where a sandbox is asked for. */
  readonly box: Box | undefined;
  readonly rules: readonly Rule[];
  readonly problems: readonly Problem[];
};

/** Of the shell. */
export type Move = { readonly from: string; readonly to: string };
/** `move`: into another folder, with the shell. */
export type Seat = { readonly cwd: string; move(cwd: string): void };

/** What the session's parts hand to the blocks. */
export type Given = {
  readonly files: Disk;
  readonly worktrees: (seat: Seat, processes: Processes, env: BlockKit["env"]) => Worktrees;
} & Pick<BlockKit, "seen" | "board" | "agent" | "agents" | "plan" | "skills" | "lsp" | "web">;

/** Builds the enabled blocks. Long outputs are kept outside the working folder, and are the model's to read. */
export function openToolbox(
  { place, clock }: House,
  { folders, plugins, rules, settings, only, shown }: Gathered,
  { worktrees, ...given }: Given,
  session: string,
): Toolbox {
  const spillDir = join(place.keelHome, "var", "outputs", session);
  const processes = openProcesses();
  const shell = { cwd: folders.cwd };
  let at = folders.cwd;
  const seat: Seat = {
    get cwd() {
      return at;
    },
    move(cwd) {
      at = cwd;
      shell.cwd = cwd;
    },
  };
  const { home, keelHome } = place;
  const box = boxOf(settings, { rules, directories: folders.directories, home, keelHome, session, now: clock.now.bind(clock) });
  const env: Record<string, string> = { ...scrub(place.env, place.platform), ...settings.env, ...(box && { TMPDIR: box.temporary }) };
  let analyse: AnalyseShell | undefined;
  const kit: BlockKit = {
    ...given,
    run: processes.run,
    processes,
    shell,
    env,
    worktrees: worktrees(seat, processes, env),
    home,
    analyse: (text, cwd) => (analyse ??= createAnalyse(home))(text, cwd), // a run without a command never loads it
    ...(box && { confine: box.confine }),
    hidden: () => createReadFilter({ rules, cwd: seat.cwd, directories: folders.directories, home }),
    roots: () => [seat.cwd, ...folders.directories],
    spillDir,
  };
  const { tools, lent, problems } = enableBlocks(plugins, { denied: bareDenials(rules), only, shown }, kit);
  return {
    tools,
    lent,
    seat,
    moved: movesOf(shell),
    processes,
    env,
    setEnvironment: (name, value) => void (env[name] = value),
    spillDir,
    box,
    problems,
    rules: [readable(spillDir)],
    [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
  };
}

function movesOf(shell: { readonly cwd: string }): Toolbox["moved"] {
  let told = shell.cwd;
  return () => {
    if (shell.cwd === told) return undefined;
    const move = { from: told, to: shell.cwd };
    told = move.to;
    return move;
  };
}

function readable(folder: string): Rule {
  const pattern = `/${folder.replaceAll(/[*?[\]{}()!+@\\]/g, "\\$&")}/**`;
  return { text: `Read(${pattern})`, behavior: "allow", source: "builtin", base: folder };
}

import { join } from "node:path";
import { createAnalyse, createReadFilter } from "@keelson/permissions";
import type { AnalyseShell, Problem, Rule, Tool } from "@keelson/protocol";
import { openProcesses, scrub, type BlockKit, type Disk, type Processes, type Worktrees } from "@keelson/tools";
import type { Gathered } from "./gather.ts";
import type { House } from "./house.ts";
import { boxOf, type Bounds, type Box } from "./guard/box.ts";
import { following, type Readings } from "./live/readings.ts";
import { NO_OWN_TOOLS, openRegistry, ownTools, type OwnTools, type Registry } from "./registry.ts";
import type { ToolFiles } from "./plugins/tool-files.ts";
import { bareDenials } from "./rules.ts";
import { standIn, type Left, type Move, type Seat, type Standing } from "./seat.ts";
import { namesAlso } from "./sessions/outputs.ts";

/** A session's tools, and what they bring along. Dispose ends what they left running. */
export type Toolbox = AsyncDisposable & {
  /** Those that the model is shown. One that was taken away since says so. */
  readonly tools: ReadonlyMap<string, Tool>;
  /** Shows those of another reading from now on. */
  readonly renew: (from: Gathered) => void;
  /** The names of what its agents may have. */
  readonly lent: readonly string[];
  /** Where the session works: what relative paths are relative to. */
  readonly seat: Seat;
  /** Where the shell went since the last look; undefined when it is where it was. */
  readonly moved: () => Move | undefined;
  /** The same for the log. */
  readonly drain: Standing["drain"];
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

type Offering = Pick<Toolbox, "renew"> & { readonly registry: () => Registry; readonly tools: () => Toolbox["tools"] };

/** What the session's parts hand to the blocks. */
export type Given = {
  readonly files: Disk;
  readonly readings: Readings;
  readonly worktrees: (seat: Seat, processes: Processes, env: BlockKit["env"]) => Worktrees;
  /** Where it stood, by its log. */
  readonly left: Left;
  /** Language servers come and go. */
  readonly lsp: () => BlockKit["lsp"];
} & Pick<BlockKit, "seen" | "board" | "agent" | "agents" | "plan" | "skills" | "web">;

/** Builds the enabled blocks. Long outputs are kept outside the working folder, and are the model's to read. */
export function openToolbox(
  { place, clock }: House,
  gathered: Gathered,
  { worktrees, readings, lsp, left, ...given }: Given,
  session: string,
): Toolbox {
  const { folders, settings } = gathered;
  const outputs = join(place.keelHome, "var", "outputs");
  const spillDir = join(outputs, session);
  const processes = openProcesses();
  const { seat, shell, moved, drain } = standIn(left, [folders.cwd, ...folders.directories]);
  const { home, keelHome } = place;
  const bounds = (): Pick<Bounds, "rules" | "directories"> => ({
    rules: readings.newest.rules,
    directories: readings.newest.folders.directories,
  });
  const box = boxOf(settings, { bounds, home, keelHome, session, now: clock.now.bind(clock) });
  const env: Record<string, string> = { ...scrub(place.env, place.platform), ...settings.env, ...(box && { TMPDIR: box.temporary }) };
  let analyse: AnalyseShell | undefined;
  let rules: readonly Rule[] | undefined;
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
    hidden: () => createReadFilter({ ...bounds(), cwd: seat.cwd, home }),
    roots: () => [seat.cwd, ...bounds().directories],
    spillDir,
  };
  const offer = offering(gathered, readings, () => withLsp(kit, lsp()));
  const { problems } = offer.registry();
  return {
    get tools() {
      return offer.tools();
    },
    renew: offer.renew,
    get lent() {
      return offer.registry().lent;
    },
    seat,
    moved,
    drain,
    processes,
    env,
    setEnvironment: (name, value) => void (env[name] = value),
    spillDir,
    box,
    problems,
    get rules() {
      return (rules ??= [session, ...namesAlso(outputs, session)].map((one) => readable(join(outputs, one))));
    },
    [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
  };
}

/** Which tools are shown: those of one reading, until those of another are. */
function offering(first: Gathered, readings: Readings, kit: () => BlockKit): Offering {
  let from = first;
  const { only, shown } = first;
  const made = new WeakMap<ToolFiles, OwnTools>();
  const own = ({ toolFiles }: Gathered): OwnTools => {
    if (!toolFiles) return NO_OWN_TOOLS;
    const tools = made.get(toolFiles) ?? ownTools(toolFiles, kit());
    made.set(toolFiles, tools);
    return tools;
  };
  const registry = following(
    () => from,
    (read) => openRegistry(read.plugins, own(read), { denied: bareDenials(read.rules), only, shown }, kit()),
  );
  const tools = following(registry, ({ tools: enabled }) => whileEnabled(enabled, readings, own));
  return { registry, tools, renew: (next) => void (from = next) };
}

const withLsp = (kit: BlockKit, lsp: BlockKit["lsp"]): BlockKit => (lsp ? { ...kit, lsp } : kit);

/** The plugin that brings a tool may be taken away while the model still sees it, or bring it as it is now. */
function whileEnabled(tools: ReadonlyMap<string, Tool>, readings: Readings, own: (read: Gathered) => OwnTools): ReadonlyMap<string, Tool> {
  const enabled = following(
    () => readings.newest,
    (read) => {
      const names = new Set(read.plugins.flatMap((plugin) => plugin.tools));
      return (tool: Tool): Tool | undefined => own(read).tools.get(tool.name) ?? (names.has(tool.name) ? tool : undefined);
    },
  );
  const bound = (tool: Tool): Tool => ({
    ...tool,
    bind: (raw, cwd) =>
      enabled()(tool)?.bind(raw, cwd) ?? {
        ok: false,
        error: `${tool.name} is unavailable: the plugin that brings it was taken away while the session runs. Do without it.`,
      },
  });
  return new Map([...tools].map(([name, tool]) => [name, bound(tool)]));
}

function readable(folder: string): Rule {
  const pattern = `/${folder.replaceAll(/[*?[\]{}()!+@\\]/g, "\\$&")}/**`;
  return { text: `Read(${pattern})`, behavior: "allow", source: "builtin", base: folder };
}

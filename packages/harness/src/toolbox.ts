import { join } from "node:path";
import { createReadFilter } from "@keelson/permissions";
import type { Problem, Rule, Tool } from "@keelson/protocol";
import { createSeen, openProcesses, scrub, type BlockKit, type Disk } from "@keelson/tools";
import type { Gathered } from "./gather.ts";
import type { House } from "./house.ts";
import { enableBlocks } from "./registry.ts";
import { bareDenials } from "./rules.ts";

/** A session's tools, and what they bring along. Dispose ends what they left running. */
export type Toolbox = AsyncDisposable & {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly rules: readonly Rule[];
  readonly problems: readonly Problem[];
};

/** Builds the enabled blocks. Long outputs are kept outside the working folder, and are the model's to read. */
export function openToolbox(
  { place, flags }: House,
  { folders, plugins, rules, settings }: Gathered,
  files: Disk,
  session: string,
): Toolbox {
  const spillDir = join(place.keelHome, "var", "outputs", session);
  const roots = [folders.cwd, ...folders.directories];
  const processes = openProcesses();
  const kit: BlockKit = {
    files,
    run: processes.run,
    processes,
    seen: createSeen(),
    shell: { cwd: folders.cwd },
    env: { ...scrub(place.env, place.platform), ...settings.env },
    home: place.home,
    hidden: () => createReadFilter({ rules, cwd: folders.cwd, directories: folders.directories, home: place.home }),
    roots: () => roots,
    spillDir,
  };
  const { tools, problems } = enableBlocks(plugins, { denied: bareDenials(rules), only: flags.tools }, kit);
  return { tools, problems, rules: [readable(spillDir)], [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose]() };
}

function readable(folder: string): Rule {
  const pattern = `/${folder.replaceAll(/[*?[\]{}()!+@\\]/g, "\\$&")}/**`;
  return { text: `Read(${pattern})`, behavior: "allow", source: "builtin", base: folder };
}

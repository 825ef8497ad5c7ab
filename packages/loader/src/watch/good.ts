/** Keeps what was good. Rule: an edit that breaks a file costs nothing until it is put right; a file that is gone is gone. */
import { existsSync } from "node:fs";
import type { PartKind, PluginDecl, PluginParts, Problem } from "@keelson/protocol";
import type { LayerRead } from "../catalog/catalog.ts";
import { UNLOADED } from "../plugin.ts";
import { warn } from "../problem.ts";

const BROKEN = [
  "json_invalid",
  "too_large",
  "not_a_file",
  "unreadable",
  "head_is_code",
  "link_broken",
  "link_escapes",
  "link_loop",
  "command_invalid",
];
/** Of a text that is there all the same, by what could be saved of it: where it was whole before, somebody is just writing it. */
const SPOILT = ["head_broken", "head_unclosed", "head_is_code", "text_empty"];
const KINDS: readonly PartKind[] = [
  ...(["skills", "commands", "agents", "outputStyles", "rules", "instructions"] as const),
  ...(["hooks", "mcpServers", "lspServers", "monitors", "toolFiles", "programs"] as const),
];

/** The newer reading, with what it lost by a broken file taken from the older one. */
export function keepGood(before: LayerRead | undefined, now: LayerRead): LayerRead {
  const old = before?.plugin;
  if (!old || now.plugin === old) return now;
  if (!now.plugin) {
    if (!existsSync(now.layer.root)) return { ...now, problems: [] }; // what it brought is told of as gone
    return {
      ...now,
      plugin: old,
      problems: [...now.problems.map(stillLoaded), kept(now.layer.root, `The plugin "${old.name}" is kept as it was`)],
    };
  }
  const broken = filesOf(now.problems, BROKEN);
  const spoilt = [...filesOf(now.problems, SPOILT)].filter((file) => !wasSpoilt(before.problems, file));
  const lost = [...broken].filter((file) => !KINDS.some((kind) => now.plugin && has(now.plugin, kind, file)));
  const saved = [...lost, ...spoilt].filter((file) => existsSync(file) && KINDS.some((kind) => has(old, kind, file)));
  if (saved.length === 0) return now;
  const plugin: PluginDecl = { ...now.plugin, ...joined(old, now.plugin, new Set(saved)) };
  return {
    ...now,
    plugin,
    problems: [...now.problems, ...saved.map((file) => kept(file, "What stood in it before its last change is kept"))],
  };
}

const filesOf = (problems: readonly Problem[], codes: readonly string[]): ReadonlySet<string> =>
  new Set(problems.flatMap(({ code = "", file }) => (codes.includes(code) ? [file] : [])));

/** Was it so when it counted? Many a text has never been whole. */
const wasSpoilt = (before: readonly Problem[], file: string): boolean =>
  filesOf(before, SPOILT).has(file) && !filesOf(before, ["last_good_kept"]).has(file);

const has = (plugin: PluginDecl, kind: PartKind, file: string): boolean => plugin[kind].some((part) => part.file === file);

function joined(old: PluginParts, now: PluginParts, lost: ReadonlySet<string>): PluginParts {
  const join = <Part extends { readonly file: string }>(before: readonly Part[], after: readonly Part[]): readonly Part[] => {
    const saved = before.filter(({ file }) => lost.has(file));
    return saved.length === 0 ? after : [...after.filter(({ file }) => !lost.has(file)), ...saved];
  };
  return {
    skills: join(old.skills, now.skills),
    commands: join(old.commands, now.commands),
    agents: join(old.agents, now.agents),
    outputStyles: join(old.outputStyles, now.outputStyles),
    rules: join(old.rules, now.rules),
    instructions: join(old.instructions, now.instructions),
    hooks: join(old.hooks, now.hooks),
    mcpServers: join(old.mcpServers, now.mcpServers),
    lspServers: join(old.lspServers, now.lspServers),
    monitors: join(old.monitors, now.monitors),
    toolFiles: join(old.toolFiles, now.toolFiles),
    programs: join(old.programs, now.programs),
  };
}

const stillLoaded = (problem: Problem): Problem => ({ ...problem, text: problem.text.replace(` ${UNLOADED}`, "") });

const kept = (file: string, what: string): Problem =>
  warn({ file, line: 1 }, { code: "last_good_kept", what: `${what}.`, hint: "Put it right, or remove it." });

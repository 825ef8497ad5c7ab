/** What plugin directories bring, a line for each part. Rule: what would start is told as it is written, in full; whoever shows it cleans it. */
import { basename } from "node:path";
import type { Catalog, Found } from "@keelson/loader";
import type { HookDecl, PartKind } from "@keelson/protocol";

/** One line for each thing: `settings .claude/settings.json: permissions.allow`, `hook PreToolUse: ./check.sh`. `runs`: it would start programs. */
export type Brought = { readonly what: string; readonly file: string; readonly runs: boolean };
export type BroughtPart = Brought & { readonly kind: PartKind };

export function broughtBy({ named, joined }: Catalog, whose: (found: Pick<Found, "layer">) => boolean): readonly BroughtPart[] {
  const { skills, commands, agents, outputStyles, mcpServers, lspServers, monitors } = named;
  const { hooks, toolFiles, programs } = joined;
  const of = <Kind extends PartKind>(kind: Kind, found: Iterable<Found<Kind>>, what: (one: Found<Kind>) => string, runs: boolean) =>
    [...found].filter(whose).map((one): BroughtPart => ({ kind, what: what(one), file: one.part.file, runs }));
  const inHeads = [...skills.values(), ...commands.values(), ...agents.values()]
    .filter(whose)
    .flatMap(({ id, part }) =>
      (part.hooks ?? []).map((hook): BroughtPart => ({ kind: "hooks", what: `${hookOf(hook)} (of ${id})`, file: part.file, runs: true })),
    );
  return [
    ...inHeads,
    ...of("hooks", hooks, ({ part }) => hookOf(part), true),
    ...of("mcpServers", mcpServers.values(), ({ id, part }) => `MCP server ${id}${commandOf(part.config)}`, true),
    ...of("lspServers", lspServers.values(), ({ id, part }) => `language server ${id}${commandOf(part.config)}`, true),
    ...of("monitors", monitors.values(), ({ id, part }) => `monitor ${id}: ${part.command}`, true),
    ...of("toolFiles", toolFiles, ({ part }) => `tool ${basename(part.file)} in keel's own process`, true),
    ...of("programs", programs, () => "programs for the shell", true),
    ...of("skills", skills.values(), ({ id }) => `skill ${id}`, false),
    ...of("commands", commands.values(), ({ id }) => `command ${id}`, false),
    ...of("agents", agents.values(), ({ id }) => `agent ${id}`, false),
    ...of("outputStyles", outputStyles.values(), ({ id }) => `output style ${id}`, false),
  ];
}

export const hookOf = ({ event, matcher, handler }: HookDecl): string =>
  `hook ${event}${matcher ? ` (${matcher})` : ""}${commandOf(handler)}`;

/** What a declared part would start, as it is written, behind `: `; empty where nothing is said. */
export function commandOf({ command, args, url, prompt }: { readonly [key: string]: unknown }): string {
  const words = [command, ...(Array.isArray(args) ? args : [])].filter((word) => typeof word === "string");
  const said = words.length > 0 ? words.join(" ") : typeof url === "string" ? url : typeof prompt === "string" ? "asks a model" : "";
  return said === "" ? "" : `: ${said}`;
}

/** An agent, an output style, a rule: from the head of its file. Rule: as in skill.ts. */
import type { AgentDecl, Problem, RuleTextDecl, StyleDecl } from "@keelson/protocol";
import { lineOfKey } from "../front/salvage.ts";
import { warn } from "../problem.ts";
import { names, oneLine, patterns, truth, whole, words } from "./field.ts";
import type { HeadFile } from "./head-file.ts";
import { restrictionIn } from "./restriction.ts";
import { describe, hooksFrom, optional, type Made } from "./skill.ts";

export function makeAgent(
  file: string,
  read: HeadFile,
  place: { readonly named: string; readonly within?: readonly string[] },
): Made<AgentDecl> {
  const { fields } = read;
  const problems: Problem[] = [...read.problems];
  const servers = fields["mcpServers"];
  const hooks = hooksFrom(file, read, problems);
  const limits = limitsIn(file, read, problems);
  const part: AgentDecl = {
    name: agentName(file, read, place.named, problems),
    file,
    line: read.bodyLine,
    description: describe(file, read, "agent", problems),
    fields,
    ...(place.within && place.within.length > 0 && { within: place.within }),
    ...optional("tools", limits.all ? [] : limits.tools),
    ...optional("disallowedTools", limits.disallowedTools),
    ...optional("model", oneLine(fields["model"])),
    ...optional("permissionMode", oneLine(fields["permissionMode"])),
    ...optional("maxTurns", whole(fields["maxTurns"] ?? fields["max_turns"])),
    ...optional("skills", names(fields["skills"])),
    ...(Array.isArray(servers) && { mcpServers: servers }),
    ...(hooks.length > 0 && { hooks }),
    ...optional("memory", oneLine(fields["memory"])),
    ...optional("background", truth(fields["background"])),
    ...optional("effort", oneLine(fields["effort"])),
    ...optional("isolation", oneLine(fields["isolation"])),
    ...optional("instructions", truth(fields["instructions"])),
    ...optional("color", oneLine(fields["color"])),
    ...optional("initialPrompt", words(fields["initialPrompt"])),
  };
  return { part, problems };
}

const NOTHING_LEFT = "has no tools until that is put right";
const OTHERS = "name description model color skills hooks effort memory mcpServers maxTurns permissionMode allowed-tools".split(" ");

/** `all`: it is left nothing, since what it may have can't be told. */
function limitsIn(file: string, read: HeadFile, problems: Problem[]) {
  const some = restrictionIn(file, read, { key: "tools", takes: false, without: NOTHING_LEFT }, [...OTHERS, "disallowedTools"]);
  const taken = restrictionIn(file, read, { key: "disallowedTools", takes: true, without: NOTHING_LEFT }, [...OTHERS, "tools"]);
  problems.push(...some.problems, ...taken.problems);
  return { all: some.all || taken.all, tools: some.found, disallowedTools: taken.found };
}

/** A name that the model says and that joins others with `:`. */
function agentName(file: string, { fields, head, headLine }: HeadFile, named: string, problems: Problem[]): string {
  const said = oneLine(fields["name"]);
  if (said === undefined) return named;
  if (/^[^\s:-][^:\p{C}]{0,99}$/u.test(said)) return said;
  const line = headLine + (lineOfKey(head, "name") ?? 1) - 1;
  problems.push(
    warn(
      { file, line },
      {
        code: "name_unusable",
        what: `${JSON.stringify(said.slice(0, 60))} can't be the name of an agent; it is called ${JSON.stringify(named)}.`,
        hint: "Use small letters and dashes.",
      },
    ),
  );
  return named;
}

export function makeStyle(file: string, read: HeadFile, place: { readonly named: string }): Made<StyleDecl> {
  const { fields } = read;
  const problems: Problem[] = [...read.problems];
  const part: StyleDecl = {
    name: oneLine(fields["name"]) ?? place.named,
    file,
    line: read.bodyLine,
    description: words(fields["description"]) ?? "",
    fields,
    keepsCoding: truth(fields["keep-coding-instructions"]) ?? false,
    forced: truth(fields["force-for-plugin"]) ?? false,
  };
  return { part, problems };
}

export function makeRule(file: string, read: HeadFile, place: { readonly named: string }): Made<RuleTextDecl> {
  const { fields } = read;
  const always = truth(fields["alwaysApply"]) === true;
  const paths = patterns(fields["paths"] ?? fields["globs"]);
  const part: RuleTextDecl = {
    name: place.named,
    file,
    line: read.bodyLine,
    description: words(fields["description"]) ?? "",
    fields,
    ...(!always && paths && paths.length > 0 && { paths }),
  };
  return { part, problems: read.problems };
}

// What a rule's text means: `Tool` or `Tool(specifier)`. Total, because rules come from anywhere: what can't be read is said to be so,
// and then an allow rule allows nothing and a deny or ask rule holds for the whole tool, or for every tool when none can be made out.
import type { Behavior } from "@keelson/protocol";
import { readPattern, type PathPattern } from "../path/pattern.ts";
import { readCommand, type CommandPattern } from "../shell/pattern.ts";
import { readDomain, type DomainPattern } from "./domain.ts";
import { mayAllowNames } from "./names.ts";

export type Governs = "reads" | "writes" | "deletes" | "moves";
/** `parameter`: what it means if a parameter of the tool has that name. */
export type Parameter = { readonly name: string; readonly value: readonly string[] };
export type Reading =
  | { readonly kind: "tool"; readonly name: string }
  | { readonly kind: "command"; readonly pattern: CommandPattern; readonly parameter?: Parameter }
  | {
      readonly kind: "path";
      readonly name: string;
      readonly governs: Governs;
      readonly pattern: PathPattern;
      readonly parameter?: Parameter;
    }
  | { readonly kind: "domain"; readonly name: string; readonly pattern: DomainPattern }
  /** Of an agent or a skill. `more`: also with arguments. */
  | { readonly kind: "named"; readonly name: string; readonly named: string; readonly more: boolean; readonly parameter?: Parameter }
  | { readonly kind: "parameter"; readonly name: string; readonly parameter: Parameter }
  | { readonly kind: "unread"; readonly name?: string; readonly malformed: boolean; readonly why: string };

type Form = { readonly as: "command" | "domain" | "named" } | { readonly as: "path"; readonly governs: Governs; readonly write?: string };
/** Tools whose specifier says more than a parameter. Path rules of `write`'s kind are `Edit(…)` or `Read(…)`: as restrictions they hold as those, as allowances not at all. */
const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["Bash", { as: "command" }],
  ["Read", { as: "path", governs: "reads" }],
  ["Edit", { as: "path", governs: "writes" }],
  ["Delete", { as: "path", governs: "deletes" }],
  ["Cd", { as: "path", governs: "moves" }],
  ["Write", { as: "path", governs: "writes", write: "Edit" }],
  ["MultiEdit", { as: "path", governs: "writes", write: "Edit" }],
  ["NotebookEdit", { as: "path", governs: "writes", write: "Edit" }],
  ["Glob", { as: "path", governs: "reads", write: "Read" }],
  ["Grep", { as: "path", governs: "reads", write: "Read" }],
  ["LS", { as: "path", governs: "reads", write: "Read" }],
  ["WebFetch", { as: "domain" }],
  ["Agent", { as: "named" }],
  ["Task", { as: "named" }],
  ["Skill", { as: "named" }],
]);

/** What a tool is mainly about has a form of its own: a rule on it as a parameter could be got around by another spelling. */
const PRIMARY = new Set(
  "Bash.command Read.file_path Edit.file_path Write.file_path MultiEdit.file_path NotebookEdit.notebook_path WebFetch.url Agent.subagent_type Task.subagent_type Skill.skill Grep.path Glob.path LS.path Delete.path".split(
    " ",
  ),
);

const FORM = /^([A-Za-z*][\w.*-]*)(?:\(([^]*)\))?$/;
const PARAMETER = /^([A-Za-z_]\w*):([^]*)$/;

/** A path rule as it may be written on Windows: `Read(C:\a\**)` is `Read(//c/a/**)`. */
export function slashed(text: string): string {
  const [, name = "", specifier] = FORM.exec(text.trim()) ?? [];
  if (specifier === undefined || FORMS.get(name)?.as !== "path") return text;
  const path = specifier.replaceAll(/\\(?![()])/g, "/");
  return `${name}(${path.replace(/^(!?)([A-Za-z]):(?=\/)/, (_, not: string, drive: string) => `${not}//${drive.toLowerCase()}`)})`;
}

export function readRule(text: string, behavior: Behavior, caseless = false): Reading {
  const rule = text.trim();
  const form = FORM.exec(rule);
  const named = /^([A-Za-z][\w-]*)\s*\(/.exec(rule)?.[1];
  if (!form) return { ...unread(named, "it is neither Tool nor Tool(specifier)"), malformed: true };
  const [, name = "", given] = form;
  const specifier = given?.trim();
  if (specifier === "") return { ...unread(name, "its parentheses are empty"), malformed: true };
  if (specifier === undefined || (name === "Bash" && specifier === "*")) return readName(name, behavior);
  if (!mayAllowNames(name) && behavior === "allow") return unread(name, "an allow rule may use * in a name only behind mcp__server__");
  const known = FORMS.get(name);
  switch (known?.as) {
    case "command":
      return readCommandRule(name, specifier, behavior);
    case "domain":
      return readDomainRule(name, specifier, behavior);
    case "named":
      return readNamed(name, specifier, behavior);
    case "path": {
      if (known.write !== undefined && parameterOf(name, specifier) !== undefined && behavior !== "allow")
        return readParameter(name, specifier, behavior);
      if (known.write !== undefined && behavior === "allow") return unread(name, `paths are allowed by ${known.write}(${specifier})`);
      const read = readPattern(specifier, behavior, caseless);
      const parameter = behavior === "allow" || specifier.includes("/") ? undefined : parameterOf(name, specifier);
      return read.ok
        ? { kind: "path", name, governs: known.governs, pattern: read.pattern, ...(parameter && { parameter }) }
        : { ...unread(name, read.why), malformed: read.malformed === true };
    }
    case undefined:
      return readParameter(name, specifier, behavior);
  }
}

const unread = (name: string | undefined, why: string): Extract<Reading, { kind: "unread" }> => ({
  kind: "unread",
  ...(name !== undefined && { name }),
  malformed: false,
  why,
});

function readName(name: string, behavior: Behavior): Reading {
  if (behavior === "allow" && !mayAllowNames(name)) return unread(name, "an allow rule may use * in a name only behind mcp__server__");
  return { kind: "tool", name };
}

function parameterOf(tool: string, specifier: string): Parameter | undefined {
  const [, name = "", value = ""] = PARAMETER.exec(specifier) ?? [];
  return name === "" || PRIMARY.has(`${tool}.${name}`) ? undefined : { name, value: value.trim().split("*") };
}

function readParameter(tool: string, specifier: string, behavior: Behavior): Reading {
  if (behavior === "allow") return unread(tool, "a rule on a parameter can only ask or deny");
  const parameter = parameterOf(tool, specifier);
  if (parameter) return { kind: "parameter", name: tool, parameter };
  return unread(tool, PARAMETER.test(specifier) ? "that parameter can't be compared as text" : `it isn't ${tool}(parameter:value)`);
}

function readCommandRule(name: string, specifier: string, behavior: Behavior): Reading {
  const [, written, value] = PARAMETER.exec(specifier) ?? [];
  if (written !== undefined && value !== "*" && behavior === "allow") return unread(name, "a rule on a parameter can only ask or deny");
  if (written === "command" && value !== "*") return unread(name, "the command is compared by Bash(words), not as a parameter");
  const pattern = readCommand(specifier, behavior);
  if (!pattern) return { ...unread(name, "it names no command"), malformed: true };
  const parameter = parameterOf(name, specifier);
  return { kind: "command", pattern, ...(parameter && { parameter }) };
}

function readDomainRule(name: string, specifier: string, behavior: Behavior): Reading {
  const [, key = "", value = ""] = PARAMETER.exec(specifier) ?? [];
  if (/^[a-z][a-z+.-]*:\/\//i.test(specifier))
    return { ...unread(name, `addresses are compared by their domain: write ${name}(domain:example.org)`), malformed: true };
  if (key !== "domain") return readParameter(name, specifier, behavior);
  const pattern = readDomain(value);
  return pattern
    ? { kind: "domain", name, pattern }
    : { ...unread(name, `${value.trim() || "nothing"} is no domain: write example.org or *.example.org`), malformed: true };
}

/** `Skill(plugin:name)` names a skill; a restriction holds as a parameter's too. */
function readNamed(name: string, specifier: string, behavior: Behavior): Reading {
  const more = specifier.endsWith(" *");
  const parameter = behavior === "allow" ? undefined : parameterOf(name, specifier);
  return { kind: "named", name, named: more ? specifier.slice(0, -2).trim() : specifier, more, ...(parameter && { parameter }) };
}

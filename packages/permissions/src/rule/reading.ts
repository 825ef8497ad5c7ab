// What a rule's text means: `Tool` or `Tool(specifier)`. Total, because rules come from anywhere: what can't be read is said to be so,
// and then an allow rule allows nothing and a deny or ask rule holds for the whole tool, or for every tool when none can be made out.
import type { Behavior } from "@keelson/protocol";
import { readPattern, type PathPattern } from "../path/pattern.ts";
import { readCommand, type CommandPattern } from "../shell/command.ts";
import { mayAllowNames } from "./names.ts";

export type Reading =
  | { readonly kind: "tool"; readonly name: string }
  | { readonly kind: "command"; readonly pattern: CommandPattern; readonly parameter?: string }
  | { readonly kind: "path"; readonly governs: "reads" | "writes"; readonly pattern: PathPattern }
  | { readonly kind: "unread"; readonly name?: string; readonly malformed: boolean; readonly why: string };

/** Tools whose specifier can be read. The others' path rules are `Edit(…)` or `Read(…)`: as restrictions they hold as those, as allowances not at all. */
const SPECIFIERS: ReadonlyMap<string, { readonly as: "command" | "reads" | "writes"; readonly write?: string }> = new Map([
  ["Bash", { as: "command" }],
  ["Read", { as: "reads" }],
  ["Edit", { as: "writes" }],
  ["Write", { as: "writes", write: "Edit" }],
  ["MultiEdit", { as: "writes", write: "Edit" }],
  ["NotebookEdit", { as: "writes", write: "Edit" }],
  ["Glob", { as: "reads", write: "Read" }],
  ["Grep", { as: "reads", write: "Read" }],
  ["LS", { as: "reads", write: "Read" }],
]);

const FORM = /^([A-Za-z*][\w.*-]*)(?:\(([^]*)\))?$/;

export function readRule(text: string, behavior: Behavior, caseless = false): Reading {
  const rule = text.trim();
  const form = FORM.exec(rule);
  const named = /^([A-Za-z][\w-]*)\s*\(/.exec(rule)?.[1];
  if (!form) return { ...unread(named, "it is neither Tool nor Tool(specifier)"), malformed: true };
  const [, name = "", specifier] = form;
  if (specifier?.trim() === "") return { ...unread(name, "its parentheses are empty"), malformed: true };
  if (specifier === undefined || (name === "Bash" && specifier.trim() === "*")) return readName(name, behavior);
  const known = SPECIFIERS.get(name);
  if (!known) return unread(name, `specifiers of ${name} aren't supported yet`);
  if (known.write !== undefined && behavior === "allow") return unread(name, `paths are allowed by ${known.write}(${specifier})`);
  if (known.as === "command") return readCommandRule(name, specifier, behavior);
  const read = readPattern(specifier, behavior, caseless);
  return read.ok ? { kind: "path", governs: known.as, pattern: read.pattern } : unread(name, read.why);
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

function readCommandRule(name: string, specifier: string, behavior: Behavior): Reading {
  const parameter = /^([A-Za-z_]\w*):(.*)$/s.exec(specifier.trim());
  if (parameter && parameter[2] !== "*") return unread(name, "rules on a parameter aren't supported yet");
  const pattern = readCommand(specifier, behavior);
  if (!pattern) return { ...unread(name, "it names no command"), malformed: true };
  const named = parameter?.[1];
  return { kind: "command", pattern, ...(named !== undefined && named !== "command" && { parameter: named }) };
}

/**
 * What a skill allows and forbids while it is carried out: rules like any other, so that ask and deny rules stand above. Rule: anybody's
 * text may restrict; only what the user wrote or installed may grant.
 */
import { readRules } from "@keelson/permissions";
import type { Problem, Rule } from "@keelson/protocol";
import type { Entry } from "./shelf.ts";

/** The rules hold until the user speaks again. */
export type Granted = { readonly rules: readonly Rule[]; readonly problems: readonly Problem[] };

/** `mayGrant`: see `grantsByOrigin`. `cwd`: what relative patterns begin at. */
export function grantsOf(entry: Entry, variables: ReadonlyMap<string, string>, mayGrant: boolean, cwd: string): Granted {
  const { decl } = entry;
  const known = (rules: readonly string[] = []): readonly string[] => rules.map((rule) => withVariables(rule, variables));
  const where = { source: "skill", base: cwd, file: decl.file };
  const read = readRules({ ...(mayGrant && { allow: known(decl.allowedTools) }), deny: known(decl.disallowedTools) }, where);
  const problems = read.problems.map((text): Problem => ({
    severity: "warning",
    file: decl.file,
    text: text.replace(` (${decl.file})`, ""),
  }));
  const held = !mayGrant && (decl.allowedTools ?? []).length > 0 ? [withheld(entry)] : [];
  return { rules: read.rules, problems: [...problems, ...held] };
}

/** A repository's text grants nothing: it came with what was cloned. */
export const grantsByOrigin = ({ origin }: Pick<Entry, "origin">): boolean => origin !== "repository";

function withheld({ id, decl }: Entry): Problem {
  const hint = "Allow what it needs in your own settings, or when you are asked.";
  return {
    severity: "warning",
    file: decl.file,
    code: "grant_withheld",
    text: `The allowed-tools of ${id} are not used: the skill is the repository's. ${hint}`,
    hint,
  };
}

const PATTERN = /[*?[\]{}()!\\]/;

/** A path that is put into a rule is a name, not a pattern; in a rule on paths two slashes say that it begins at the root. */
function withVariables(rule: string, variables: ReadonlyMap<string, string>): string {
  const command = rule.startsWith("Bash(");
  return rule.replaceAll(/(\()?\$\{([A-Za-z_][\w.]*)\}/g, (whole, open: string | undefined, name: string) => {
    const value = variables.get(name);
    if (value === undefined || (command && PATTERN.test(value))) return whole; // such a rule allows nothing
    if (command) return `${open ?? ""}${value}`;
    return `${open ?? ""}${open !== undefined && value.startsWith("/") ? "/" : ""}${value.replaceAll(new RegExp(PATTERN, "g"), "\\$&")}`;
  });
}

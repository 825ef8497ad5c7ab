/**
 * What a matcher means. Rule: one that can't be read warns, and none throws; at an event whose hooks forbid it matches too much and not too
 * little, since a guard must not vanish by a slip.
 */
import type { HookEvent, HookMatcher } from "@keelson/protocol";
import { quote } from "../words.ts";

/** `rule`: what stands in its place is one, and holds as the `if` of the hook. */
export type MatcherRead = { readonly matcher: HookMatcher; readonly problem?: string; readonly rule?: string };

const NAMES = /^[\w\- ,|]*$/;
const NARROW_NAMES = /^[\w|]*$/;
/** `Write(docs/**)`, and `Bash(git` that was never closed: nobody's tool is called so. */
const RULE = /^([A-Z][A-Za-z]*)\((.*?)\)?$/;
const EXPRESSION = /==|&&|\|\|/;
/** What their hooks forbid doesn't happen. */
const GUARDING: readonly HookEvent[] = ["PreToolUse", "UserPromptExpansion", "PreModelSwitch", "ConfigChange", "PreCompact"];

export function readMatcher(written: string, event: HookEvent, searches = false): MatcherRead {
  if (written === "*" || written === "") return { matcher: { kind: "all" } };
  if (searches) return pattern(written, event);
  if (event === "FileChanged") return names(written.split("|")); // names of files, whatever signs are in them
  const tools = ruleTools(written);
  if (tools.length > 0) {
    const instead = quote([...new Set(tools)].join("|"));
    const why = `${quote(written)} is a permission rule, not a matcher. Write "matcher": ${instead} and put the rule into "if".`;
    const whole = event === "PreToolUse" && tools.length === 1 && written.endsWith(")");
    return { ...unread(why, event, tools), ...(whole && { rule: written }) };
  }
  if (EXPRESSION.test(written))
    return unread(
      `${quote(written)} is an expression, not a matcher. Write names of tools, as in "Edit|Write", and look at the rest in the hook.`,
      event,
    );
  if ((event === "StopFailure" ? NARROW_NAMES : NAMES).test(written)) return names(written.split(/[|,]/));
  return pattern(written, event);
}

/** The tools of rules between `|`; none where it may be a pattern. */
function ruleTools(written: string): readonly string[] {
  const parts = written.split("|").map((part) => part.trim());
  if (!parts.some((part) => RULE.test(part)) || !parts.every((part) => RULE.test(part) || NAMES.test(part))) return [];
  return parts.map((part) => RULE.exec(part)?.[1] ?? part);
}

function pattern(written: string, event: HookEvent): MatcherRead {
  try {
    return { matcher: { kind: "pattern", source: new RegExp(written).source } };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
    return unread(`${quote(written)} is neither a name nor a regular expression (${why}). Write names, as in "Edit|Write".`, event);
  }
}

/** Has whoever reads the file seen it, without knowing hooks? */
export const isEvidentlyWrong = (written: string): boolean =>
  /^\w+\(.*\)$/.test(written) || (!NAMES.test(written) && pattern(written, "PreToolUse").matcher.kind === "broken");

function names(parts: readonly string[]): MatcherRead {
  const trimmed = parts.map((part) => part.trim()).filter((part) => part !== "");
  const server = trimmed.find((name) => /^mcp__(?:(?!__).)+$/.test(name));
  return {
    matcher: trimmed.length === 0 ? { kind: "all" } : { kind: "names", names: trimmed },
    ...(server !== undefined && {
      problem: `${quote(server)} is no tool's whole name. For all tools of that server write "${server}__.*".`,
    }),
  };
}

/** `tools`: those that it seems to name. */
function unread(problem: string, event: HookEvent, tools?: readonly string[]): MatcherRead {
  if (!GUARDING.includes(event)) return { matcher: { kind: "nothing" }, problem: `The matcher ${problem} This hook never runs.` };
  const often = event !== "PreToolUse" ? "at each of these events" : `at every call${tools === undefined ? "" : ` of ${tools.join(", ")}`}`;
  const matcher: HookMatcher = { kind: "broken", ...(tools !== undefined && event === "PreToolUse" && { names: tools }) };
  return { matcher, problem: `The matcher ${problem} Until then this hook runs ${often}, and allows nothing.` };
}

const LONGEST_SUBJECT = 10_000; // characters a pattern is held against

/** `subjects`: the names that one thing goes by. */
export function matches(matcher: HookMatcher, subjects: readonly string[]): boolean {
  switch (matcher.kind) {
    case "all":
      return true;
    case "nothing":
      return false;
    case "broken":
      return matcher.names?.some((name) => subjects.includes(name)) ?? true;
    case "names":
      return matcher.names.some((name) => subjects.includes(name));
    case "pattern": {
      const pattern = new RegExp(matcher.source);
      return subjects.some((subject) => pattern.test(subject.slice(0, LONGEST_SUBJECT)));
    }
  }
}

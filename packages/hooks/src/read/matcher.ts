/** What a matcher means. Rule: one that can't be read warns and matches nothing; none of them throws. */
import type { HookEvent, HookMatcher } from "@keelson/protocol";
import { quote } from "../words.ts";

export type MatcherRead = { readonly matcher: HookMatcher; readonly problem?: string };

const NAMES = /^[\w\- ,|]*$/;
const NARROW_NAMES = /^[\w|]*$/;
/** `Write(docs/**)`: nobody's tool is called so. */
const RULE = /^[A-Z][A-Za-z]*\(.*[/:\s*].*\)$/;
const EXPRESSION = /==|&&|\|\|/;

export function readMatcher(written: string, event: HookEvent, searches = false): MatcherRead {
  if (written === "*" || written === "") return { matcher: { kind: "all" } };
  if (searches) return pattern(written);
  if (event === "FileChanged") return names(written.split("|")); // names of files, whatever signs are in them
  if (RULE.test(written)) {
    const tool = written.slice(0, written.indexOf("("));
    return nothing(`${quote(written)} is a permission rule, not a matcher. Write "matcher": ${quote(tool)} and put the rule into "if".`);
  }
  if (EXPRESSION.test(written))
    return nothing(
      `${quote(written)} is an expression, not a matcher. Write names of tools, as in "Edit|Write", and look at the rest in the hook.`,
    );
  if ((event === "StopFailure" ? NARROW_NAMES : NAMES).test(written)) return names(written.split(/[|,]/));
  return pattern(written);
}

function pattern(written: string): MatcherRead {
  try {
    return { matcher: { kind: "pattern", source: new RegExp(written).source } };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
    return nothing(`${quote(written)} is neither a name nor a regular expression (${why}). Write names, as in "Edit|Write".`);
  }
}

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

function nothing(problem: string): MatcherRead {
  return { matcher: { kind: "nothing" }, problem: `The matcher ${problem} This hook never runs.` };
}

/** A rule, or no pattern at all: whoever reads the file sees it without knowing hooks. */
export function isEvidentlyWrong(written: string): boolean {
  return /^\w+\(.*\)$/.test(written) || (!NAMES.test(written) && pattern(written).matcher.kind === "nothing");
}

const LONGEST_SUBJECT = 10_000; // characters a pattern is held against

/** `subjects`: the names that one thing goes by. */
export function matches(matcher: HookMatcher, subjects: readonly string[]): boolean {
  switch (matcher.kind) {
    case "all":
      return true;
    case "nothing":
      return false;
    case "names":
      return matcher.names.some((name) => subjects.includes(name));
    case "pattern": {
      const pattern = new RegExp(matcher.source);
      return subjects.some((subject) => pattern.test(subject.slice(0, LONGEST_SUBJECT)));
    }
  }
}

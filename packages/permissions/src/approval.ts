// What an approval stores, and for how long: exactly the rules that were shown. A compound is approved command by command, by at most five rules;
// where that isn't enough, by its whole text.
import { posix } from "node:path";
import type { Asked, Effect, Rule } from "@keelson/protocol";
import { isWithin, tidy } from "./path/links.ts";
import { isProtected } from "./path/protected.ts";
import { readRule } from "./rule/reading.ts";
import { analyseText, tellsOnly } from "./shell/analyse.ts";
import { isKnown } from "./shell/marks.ts";
import { isSafe, type Unit } from "./shell/unit.ts";
import type { Stages } from "./stages.ts";
import { wouldAllow } from "./weigh.ts";

export const MOST_RULES = 5;
const LONGEST_RULE = 500; // characters

/**
 * The narrowest rules that together would allow a call, as text; none where no rule would do: a protected path, a critical removal,
 * one of these tools as a whole. Asks no hook and no user.
 */
export async function proposeRules(asked: Asked, stages: Stages, signal: AbortSignal): Promise<readonly string[]> {
  for (const texts of candidates(asked)) {
    if (texts.length === 0 || texts.length > MOST_RULES || texts.some(isTooWide)) continue;
    const rules = texts.map((text): Rule => ({ text, behavior: "allow", source: "session", base: asked.cwd }));
    if (await wouldAllow({ ...asked, rules: [...asked.rules, ...rules] }, stages, signal)) return texts;
  }
  return [];
}

/** What is approved is one call: a rule that means more than its own text isn't offered. */
function isTooWide(text: string): boolean {
  if (TOO_WIDE.has(text) || text.length > LONGEST_RULE) return true;
  const reading = readRule(text, "allow");
  switch (reading.kind) {
    case "command":
      return !reading.pattern.exact;
    case "domain":
      return reading.pattern.wild !== "no";
    case "named":
      return reading.more;
    default:
      return false; // the letters of patterns in a path are escaped
  }
}

/** Whose name alone would allow every file or command. */
const TOO_WIDE = new Set(["Bash", "Read", "Edit", "Write", "MultiEdit", "NotebookEdit", "Glob", "Grep", "LS", "WebFetch"]);

function candidates(asked: Asked): readonly (readonly string[])[] {
  const { effects } = asked.call;
  const shells = effects.filter((effect) => effect.do === "shell");
  if (shells.length > 0) {
    if (asked.tool !== "Bash" || shells.length !== effects.length) return [];
    return [shells.flatMap((effect) => commandRules(effect, asked)), shells.map(({ text }) => `Bash(${text.trim()})`)];
  }
  const wanted = new Set(effects.filter((effect) => !needsNoRule(effect, asked)).map((effect) => ruleFor(effect, asked)));
  const [only] = wanted;
  if (wanted.size === 1) return [only === undefined ? [] : [only]];
  return [wanted.has(undefined) ? [] : [asked.tool]];
}

/** One for each command that doesn't only tell, as it was written. */
function commandRules({ text, cwd }: Extract<Effect, { do: "shell" }>, asked: Asked): readonly string[] {
  const { units, touches } = analyseText(text, cwd, asked.home);
  const files = touches.flatMap((touch) =>
    touch.do === "write" ? touch.place.paths.map((path) => `Edit(${patternOf(path, asked)})`) : [],
  );
  const asking = units.filter((unit) => !tellsOnly(unit));
  if (!asking.every(({ words }) => words.every(isKnown))) return []; // elsewhere `touch $f` means another file
  return [...new Set([...asking.map(ruleOf), ...files])];
}

/** A wrapper that only waits or times, and assignments that only show, needn't be in it. */
function ruleOf(unit: Unit): string {
  if (unit.through && unit.assigns.every(isSafe)) return ruleOf(unit.through);
  return `Bash(${unit.assigns.every(isSafe) ? unit.words.map(({ raw }) => raw).join(" ") : unit.raw})`;
}

function ruleFor(effect: Effect, asked: Asked): string | undefined {
  switch (effect.do) {
    case "shell":
      return undefined;
    case "read":
      return `Read(${patternOf(effect.path, asked)}${effect.under ? "/**" : ""})`;
    case "write":
    case "delete":
      return isProtected(effect.path) ? undefined : `Edit(${patternOf(effect.path, asked)})`;
    case "connect":
      return asked.tool === "WebFetch" && URL.canParse(effect.url) ? `WebFetch(domain:${new URL(effect.url).hostname})` : asked.tool;
    case "spawn":
      return `${asked.tool}(${effect.agent})`;
    case "unknown":
      return asked.tool === "Skill" && typeof asked.call.input["skill"] === "string" ? `Skill(${asked.call.input["skill"]})` : asked.tool;
  }
}

const needsNoRule = (effect: Effect, asked: Asked): boolean =>
  effect.do === "read" && [asked.cwd, ...asked.directories].some((folder) => isWithin(tidy(effect.path), tidy(folder)));

function patternOf(path: string, { cwd, home }: Asked): string {
  const plain = tidy(path);
  const escaped = (from: string): string => posix.relative(from, plain).replaceAll(/[*?[\]\\{}]/g, "\\$&");
  if (plain !== tidy(cwd) && isWithin(plain, tidy(cwd))) return `./${escaped(tidy(cwd))}`;
  if (plain !== tidy(home) && isWithin(plain, tidy(home))) return `~/${escaped(tidy(home))}`;
  return `//${escaped("/")}`;
}

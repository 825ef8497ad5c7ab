// The narrowest rule that would allow a call, as text. It is made of the path as it is written, and given only if it holds: where a link
// leads elsewhere, or one rule isn't enough, there is none.
import { posix } from "node:path";
import type { Asked, Effect, Rule } from "@keelson/protocol";
import { isWithin, tidy } from "./path/links.ts";
import { isProtected } from "./path/protected.ts";
import { plainWords } from "./shell/words.ts";
import type { Stages } from "./stages.ts";
import { wouldAllow } from "./weigh.ts";

/** Undefined when no rule would do: a command that isn't plain, a protected path, one of these tools as a whole. Asks no hook and no user. */
export async function suggestRule(asked: Asked, stages: Stages, signal: AbortSignal): Promise<string | undefined> {
  const text = candidate(asked);
  if (text === undefined || TOO_WIDE.has(text)) return undefined;
  const rule: Rule = { text, behavior: "allow", source: "session", base: asked.cwd };
  return (await wouldAllow({ ...asked, rules: [...asked.rules, rule] }, stages, signal)) ? text : undefined;
}

/** Whose name alone would allow every file or command. */
const TOO_WIDE = new Set(["Bash", "Read", "Edit", "Write", "MultiEdit", "NotebookEdit", "Glob", "Grep", "LS"]);

function candidate(asked: Asked): string | undefined {
  const { effects } = asked.call;
  const wanted = new Set(effects.filter((effect) => !needsNoRule(effect, asked)).map((effect) => ruleFor(effect, asked)));
  const [only] = wanted;
  if (wanted.size === 1) return only;
  return wanted.has(undefined) || effects.some((effect) => effect.do === "shell") ? undefined : asked.tool;
}

function ruleFor(effect: Effect, asked: Asked): string | undefined {
  switch (effect.do) {
    case "shell":
      return asked.tool === "Bash" && plainWords(effect.text) ? `Bash(${effect.text.trim()})` : undefined;
    case "read":
      return `Read(${patternOf(effect.path, asked)}${effect.under ? "/**" : ""})`;
    case "write":
    case "delete":
      return isProtected(effect.path) ? undefined : `Edit(${patternOf(effect.path, asked)})`;
    case "connect":
    case "spawn":
    case "unknown":
      return asked.tool;
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

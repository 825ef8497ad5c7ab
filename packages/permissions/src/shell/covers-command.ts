// Does an allow rule on a command cover this text? Only one plain command, word for word, that runs nothing but the program the rule names
// and stays in the folders the session may work in. Anything else is not covered; it may still be asked for.
import type { Scene } from "../scene.ts";
import { matchesWords, type CommandPattern } from "./command.ts";
import { launchesAt } from "./launchers.ts";
import { pathsIn } from "./operands.ts";
import { fetchesProgram, hasExecFlag, runsArguments } from "./programs.ts";
import type { ShellEffect } from "./restrict-paths.ts";
import { plainWords } from "./words.ts";

export async function coversCommand(pattern: CommandPattern, effect: ShellEffect, scene: Scene): Promise<boolean> {
  const words = plainWords(effect.text);
  if (!words || !matchesWords(pattern, words)) return false;
  if (!pattern.exact && !namesWhatRuns(pattern, words)) return false;
  return (await scene.inScope(effect.cwd)) && staysInScope(pattern, words, effect.cwd, scene);
}

/** A wildcard mustn't choose the program: not by its path, not as another program's argument, not by an option. */
function namesWhatRuns(pattern: CommandPattern, words: readonly string[]): boolean {
  const [program = "", next = ""] = words;
  if (program.includes("/") && pattern.program !== program) return false;
  if (fetchesProgram(program) && !(pattern.program === program && pattern.named.has(next))) return false;
  const launches = launchesAt(words);
  if (launches !== undefined && !namesLaunched(pattern, words.slice(0, launches + 2))) return false;
  return !runsArguments(program) && !hasExecFlag(words, pattern.named);
}

/** `words`: the launcher, its command, and what it runs. */
function namesLaunched(pattern: CommandPattern, words: readonly string[]): boolean {
  const launched = words.at(-1) ?? "";
  return (
    pattern.program === words[0] && words.every((word) => pattern.named.has(word)) && !launched.startsWith("-") && !runsArguments(launched)
  );
}

/** Words that the rule spells out are its author's; any other must not lead out. */
async function staysInScope(pattern: CommandPattern, words: readonly string[], cwd: string, scene: Scene): Promise<boolean> {
  const paths = words.filter((word) => !pattern.named.has(word)).flatMap((word) => pathsIn(word, cwd, scene.asked.home));
  const inside = await Promise.all(paths.map(async (path) => path === "/dev/null" || (await scene.inScope(path))));
  return inside.every(Boolean);
}

// Does a deny or ask rule on paths hold for a command? Each word may be a path. A command that isn't plain may reach any file, so it is never a no.
import { posix } from "node:path";
import { strongest, type Match } from "../match.ts";
import { hits, mayHitBelow, type Placed } from "../path/place.ts";
import type { Scene } from "../scene.ts";
import { gitIn, isHarmlessGlobal, leaksContent } from "./git.ts";
import { holdsGlob, pathsIn } from "./operands.ts";
import { onlyReads, walks } from "./programs.ts";
import { looseCommands, plainWords } from "./words.ts";

export type ShellEffect = { readonly do: "shell"; readonly text: string; readonly cwd: string };

export async function pathsRestrict(
  effect: ShellEffect,
  governs: "reads" | "writes",
  placed: readonly Placed[],
  scene: Scene,
): Promise<Match> {
  const plain = plainWords(effect.text) !== undefined;
  const commands = looseCommands(effect.text) ?? [];
  // A program that only reads can't break a rule on writes; but a redirect could, so only where nothing else stands in the text.
  const judged = commands.filter(([program = ""]) => !(plain && governs === "writes" && onlyReads(program)));
  const each = await Promise.all(judged.map((words) => wordsReach(words, effect.cwd, placed, scene)));
  const leaks = plain && governs === "reads" ? await gitReaches(judged[0] ?? [], effect.cwd, placed, scene) : "no";
  return strongest([plain ? "no" : "maybe", leaks, ...each]);
}

/** Git shows what it keeps of a file without naming it; only of files in its work tree. */
async function gitReaches(words: readonly string[], cwd: string, placed: readonly Placed[], scene: Scene): Promise<Match> {
  const [program = ""] = words;
  const git = onlyReads(program) ? undefined : gitIn(words);
  if (!git || !leaksContent(git)) return "no";
  const start = git.folders.reduce((at, folder) => posix.resolve(at, folder), cwd);
  const root = git.global.some((word) => !isHarmlessGlobal(word)) ? undefined : await scene.workTreeOf(start);
  return root === undefined || placed.some((one) => hits(one, root, true) || mayHitBelow(one, root, true)) ? "maybe" : "no";
}

async function wordsReach(words: readonly string[], cwd: string, placed: readonly Placed[], scene: Scene): Promise<Match> {
  const walked = walks(words);
  const targets = words.flatMap((word) => pathsIn(word, cwd, scene.asked.home));
  const each = [...targets, ...(walked ? [cwd] : [])].map(async (path): Promise<Match> => {
    const { all, known } = await scene.spellToRestrict(path);
    const hit = placed.filter((one) => all.some((real) => hits(one, real, true)));
    if (hit.some(({ pattern }) => !pattern.total)) return "yes";
    // A pattern for everything hits any word, path or not.
    if (hit.length > 0 || !known) return "maybe";
    return placed.some((one) => all.some((real) => mayHitBelow(one, real, walked))) ? "maybe" : "no";
  });
  return strongest([...(await Promise.all(each)), words.some(holdsGlob) ? "maybe" : "no"]);
}

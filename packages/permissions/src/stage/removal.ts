// Removing a critical folder is asked about in every mode, whatever the rules say; so is a command that could hide such a removal.
import type { Effect, Opinion } from "@keelson/protocol";
import { say } from "../opinion.ts";
import { isCritical } from "../path/critical.ts";
import type { Scene } from "../scene.ts";
import { mayRemove } from "../shell/hidden.ts";
import { pathsIn } from "../shell/operands.ts";
import { baseName, runsArguments } from "../shell/programs.ts";
import { looseCommands, plainWords } from "../shell/words.ts";

const REMOVERS = new Set(["rm", "rmdir", "unlink", "shred", "srm", "trash", "mv"]);
const MOVES = new Set(["cd", "pushd", "popd", "chroot"]);

export async function criticalRemovals(scene: Scene): Promise<Opinion | undefined> {
  for (const effect of scene.asked.call.effects) {
    const why = await removes(effect, scene);
    if (why !== undefined) return say("ask", why);
  }
  return undefined;
}

async function removes(effect: Effect, scene: Scene): Promise<string | undefined> {
  if (effect.do === "delete") return firstCritical([effect.path], [], scene);
  if (effect.do !== "shell") return undefined;
  const { text, cwd } = effect;
  const plain = plainWords(text);
  const commands = plain ? [plain] : looseCommands(text);
  if (!commands || (!plain && commands.some(leavesOpen)))
    return mayRemove(text) ? "The command could remove a folder that must not be lost, and isn't plain enough to tell." : undefined;
  for (const words of commands) {
    const quotesCommand = words.some(runsArguments) && words.some((word) => /[^\w\-./,:=+@%^]/.test(word));
    if (quotesCommand && mayRemove(text)) return "The command holds another one, which could remove a folder that must not be lost.";
    const why = await removesPlainly(words, cwd, scene);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Where it starts, what it is given or what its words become can't be read off the words. */
function leavesOpen(words: readonly string[]): boolean {
  const runs = (word: string, at: number): boolean => runsArguments(word) && baseName(word) !== "find" && (word !== "." || at === 0);
  return words.some((word, at) => MOVES.has(word) || runs(word, at) || /[~?[\]{}*]/.test(word));
}

async function removesPlainly(words: readonly string[], cwd: string, scene: Scene): Promise<string | undefined> {
  if (words.some((word) => baseName(word).toLowerCase() === "git") && words.includes("clean"))
    return "git clean removes files that can't be brought back.";
  const paths = removedWords(words).flatMap((word) => pathsIn(word, cwd, scene.asked.home));
  return firstCritical(paths, [cwd], scene);
}

/** Wherever a remover stands, a wrapper may run it. */
function removedWords(words: readonly string[]): readonly string[] {
  const names = words.map((word) => baseName(word).toLowerCase()); // some disks find RM
  const finds = names.indexOf("find");
  if (finds !== -1 && words.some((word) => /^-(?:delete|exec|ok)/.test(word))) {
    return words[finds + 1]?.startsWith("-") ? [".", ...words] : words.slice(finds + 1);
  }
  const at = names.findIndex((name) => REMOVERS.has(name));
  if (at === -1) return [];
  const operands = words.slice(at + 1);
  const movesInto = names[at] === "mv" && !operands.some((word) => /^-\w*t|^--t/.test(word)); // the last is where to
  return movesInto ? operands.slice(0, -1) : operands;
}

async function firstCritical(paths: readonly string[], here: readonly string[], scene: Scene): Promise<string | undefined> {
  for (const path of paths) {
    const { all, known } = await scene.spell(path);
    const critical = all.find((one) => isCritical(one, scene.asked, here));
    if (critical !== undefined) return `It would remove ${critical}, which must not be lost.`;
    if (!known) return `It would remove ${path}, and where that leads can't be told.`;
  }
  return undefined;
}

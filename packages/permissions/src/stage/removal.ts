// Removing a critical folder is asked about in every mode, whatever the rules say; so is a command that could hide such a removal.
// Every text that can be seen is looked at: substitutions, quoted code, here-documents that something runs.
import { posix } from "node:path";
import type { Effect, Opinion } from "@keelson/protocol";
import { say } from "../opinion.ts";
import { criticalIn, isCritical } from "../path/critical.ts";
import type { Scene } from "../scene.ts";
import { gitIn } from "../shell/git.ts";
import { mayRemove } from "../shell/hidden.ts";
import { keepsToItself } from "../shell/launchers.ts";
import { codeIn, hidesProgram, isLanguage, ownWords, shellIn } from "../shell/made.ts";
import { pathsIn } from "../shell/operands.ts";
import { baseName } from "../shell/programs.ts";
import { namesRemoval, removalIn } from "../shell/removal-words.ts";
import { MARK, scan, type Scanned } from "../shell/scan.ts";
import { isAnyOrder, moveBy, type Whereabouts } from "../shell/whereabouts.ts";

const DEEPEST = 5; // code quoted in code
const UNREAD = "The command could remove a folder that must not be lost, and isn't plain enough to tell.";
const MADE = "The command makes the name of a program or its code as it runs, which could remove a folder that must not be lost.";

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
  const home = /\bHOME\+?=/.test(effect.text) ? undefined : scene.asked.home;
  return textRemoves(effect.text, { cwd: effect.cwd, home, at: { folders: [effect.cwd], lost: false } }, scene, 0);
}

/** `at`: moves on from command to command. `home`: undefined where the text sets it. */
type Where = { readonly cwd: string; readonly home: string | undefined; at: Whereabouts };

async function textRemoves(text: string, where: Where, scene: Scene, depth: number): Promise<string | undefined> {
  const scanned = depth > DEEPEST ? undefined : scan(text, depth > 0);
  if (!scanned) return mayRemove(text) ? UNREAD : undefined;
  if (hidesProgram(scanned.commands)) return MADE;
  const commands = scanned.commands.map(({ words }) => ownWords(words)).filter((words) => words.length > 0);
  if (isAnyOrder(scanned.commands)) for (const words of commands) where.at = moveBy(words, where.at, where.home, true);
  for (const words of commands) {
    where.at = moveBy(words, where.at, where.home, false);
    const why = await commandRemoves(words, where, scene);
    if (why !== undefined) return why;
  }
  for (const code of codeOf(scanned, commands)) {
    const why = typeof code === "string" ? await textRemoves(code, where, scene, depth + 1) : UNREAD;
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Text that something may run; `unread` where it isn't a shell's and names a removal. */
function* codeOf({ texts }: Scanned, commands: readonly (readonly string[])[]): Generator<string | { readonly unread: true }> {
  const shells = commands.some((words) => shellIn(words) !== -1);
  const languages = commands.filter((words) => words.some(isLanguage) && !keepsToItself(words));
  for (const words of commands) yield* codeIn(words);
  if (shells) {
    yield* texts;
    for (const words of commands) if (keepsToItself(words)) yield* words.filter((word) => /\s/.test(word) && namesRemoval(word));
  } else if (commands.some((words) => !keepsToItself(words))) yield* texts.filter((text) => namesRemoval(text) && languages.length === 0);
  const foreign = [...languages.flatMap((words) => words.filter((word) => /[\s()'"]/.test(word))), ...(languages.length > 0 ? texts : [])];
  if (foreign.some(namesRemoval)) yield { unread: true };
}

async function commandRemoves(words: readonly string[], where: Where, scene: Scene): Promise<string | undefined> {
  const git = keepsToItself(words) && baseName(words[0] ?? "").toLowerCase() !== "git" ? undefined : gitIn(words);
  if (git?.words[0] === "clean") return "git clean removes files that can't be brought back.";
  const removal = removalIn(words);
  if (removal?.blind) return UNREAD;
  for (const operand of removal?.operands ?? []) {
    const why = await operandRemoves(operand, where, scene);
    if (why !== undefined) return why;
  }
  return undefined;
}

async function operandRemoves(operand: string, { cwd, home, at }: Where, scene: Scene): Promise<string | undefined> {
  if (operand.includes(MARK.home) && home === undefined) return UNREAD;
  const word = operand.replaceAll(MARK.home, home ?? "");
  if (at.lost && !word.startsWith("/")) return UNREAD;
  if (word.includes(MARK.glob)) return globRemoves(word, at.folders, cwd, scene);
  const paths = at.folders.flatMap((folder) => pathsIn(word, folder, scene.asked.home));
  return firstCritical(paths, [cwd], scene);
}

/** What a wildcard stands for lies in the folder before it: some of it may be critical, or all of the folder meant. */
async function globRemoves(word: string, folders: readonly string[], cwd: string, scene: Scene): Promise<string | undefined> {
  const names = word.split("/");
  const wild = names.findIndex((name) => name.includes(MARK.glob));
  const [first = "", ...behind] = names.slice(wild);
  if (behind.some((name) => name === "..")) return UNREAD;
  const before = names.slice(0, wild).join("/") || (word.startsWith("/") ? "/" : ".");
  const all = [first, ...behind].filter(Boolean).every((name) => name.replaceAll(MARK.glob, "").replaceAll(".", "") === "");
  for (const folder of folders.map((one) => (before.startsWith("/") ? before : posix.join(one, before)))) {
    const spelled = await scene.spell(folder);
    const lost = spelled.all.find((one) => criticalIn(one, first, behind, scene.asked) || (all && isCritical(one, scene.asked, [cwd])));
    if (lost !== undefined) return `It would remove what is in ${lost}, and some of that must not be lost.`;
    if (!spelled.known) return `It would remove what is in ${folder}, and where that leads can't be told.`;
  }
  return undefined;
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

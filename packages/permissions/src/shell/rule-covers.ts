// Does an allow rule on commands cover one command? Word for word, and a wildcard mustn't choose what runs, lead out of the folders
// the session may work in, or stand for words that can't be told.
import type { Scene } from "../scene.ts";
import type { Analysis } from "./analyse.ts";
import { isBroadPattern } from "./broad.ts";
import { sedCall } from "./files.ts";
import { isKnown, isSplit, isUnknown, lead, literal, type Word } from "./marks.ts";
import { netTouches } from "./net.ts";
import { guessed } from "./operands.ts";
import { matchesRaw, matchesWords, oneLine, STAR, type CommandPattern } from "./pattern.ts";
import { baseName } from "./program.ts";
import { changesShell, fetchesProgram, hasExecFlag, hasExecFlags, isInterpreter, runsArguments, runsFile } from "./runners.ts";
import { launchesAt } from "./wrappers.ts";
import { echoTells } from "./telling.ts";
import type { Touch } from "./touch.ts";
import { isSafe, type Unit } from "./unit.ts";

export async function ruleCovers(pattern: CommandPattern, unit: Unit, { units }: Analysis, scene: Scene): Promise<boolean> {
  if (unit.words.length === 0 || unit.at.cut || (scene.asked.mode === "auto" && isBroadPattern(pattern))) return false;
  if (pattern.written === unit.raw) return unit.facts.git !== true || startsHere(unit.at.folders, scene);
  const words = unit.words.map(({ text }) => text);
  const assigns = unit.assigns.map(({ raw }) => raw);
  const matches =
    pattern.canon === undefined ? matchesRaw(pattern, oneLine(unit.raw)) : matchesWords(pattern, words) && unit.assigns.every(isSafe);
  const assigned =
    assigns.length > 0 &&
    unit.assigns.every(({ value }) => value !== undefined && isKnown(value)) &&
    matchesWords(pattern, [...assigns, ...words]) &&
    assigns.every((one) => pattern.named.has(one));
  if (!matches && !assigned) return false;
  if (unit.facts.git && !startsHere(unit.at.folders, scene)) return false;
  if (changesShell(words[0] ?? "") && units.length > 1) return false;
  if (unit.hides !== undefined) return false;
  if (pattern.exact) return unit.words.every(isKnown);
  return (
    namesWhatRuns(pattern, words) && unit.words.every((word, at) => tellable(word, at, unit.words)) && staysInScope(pattern, unit, scene)
  );
}

/** Another folder's repository has settings of its own, which run programs. */
export const startsHere = (folders: readonly string[], { asked }: Scene): boolean =>
  folders.every((folder) => folder.replaceAll(/\/(?:\.?\/)*/g, "/").replace(/(?<=.)\/\.?$/, "") === asked.cwd);

/** A wildcard mustn't choose the program: not by its path, not as another program's argument, not by an option. */
function namesWhatRuns(pattern: CommandPattern, words: readonly string[]): boolean {
  const [program = "", next = ""] = words;
  if (program.includes("/") && pattern.program !== program && !standsIn(pattern.program, program)) return false;
  if (fetchesProgram(program) && !(pattern.program === program && pattern.named.has(next))) return false;
  const launches = ELSEWHERE.test(baseName(program)) ? undefined : launchesAt(baseName(program), words.slice(1));
  if (launches !== undefined && !namesLaunched(pattern, words.slice(0, launches + 3))) return false;
  if (isInterpreter(program) && !isVersion(words)) {
    const named = words.length > 1 && words.slice(1).every((word) => pattern.named.has(word));
    return pattern.program === program && (runsFile(words) || named);
  }
  if (baseName(program) === "sed") return sedCall(words.slice(1).map(literal)).prints;
  return !runsArguments(program) && !hasExecFlag(words, pattern.named);
}

/** What they run is no program of this machine. */
const ELSEWHERE = /^(?:docker|podman|kubectl)$/;

/** `Bash(./scripts/*)` names a folder of programs. */
function standsIn(pattern: string, program: string): boolean {
  const folder = pattern.slice(0, pattern.lastIndexOf("/") + 1);
  return folder.includes("/") && !folder.includes(STAR) && program.startsWith(folder) && !program.split("/").includes("..");
}

const isVersion = (words: readonly string[]): boolean => words.length === 2 && /^--(?:version|help)$/.test(words[1] ?? "");

/** `words`: the launcher, its command, and what it runs. */
function namesLaunched(pattern: CommandPattern, words: readonly string[]): boolean {
  const launched = words.at(-1) ?? "";
  return (
    pattern.program === words[0] &&
    words.every((word) => pattern.named.has(word)) &&
    !launched.startsWith("-") &&
    !runsArguments(launched) &&
    !isInterpreter(launched)
  );
}

/** Wildcards of the shell that can't become an option, and quoted text that only says something. */
function tellable(word: Word, at: number, words: readonly Word[]): boolean {
  if (isKnown(word)) return true;
  const program = words[0]?.text ?? "";
  if (at === 0 || isSplit(word)) return baseName(program) === "echo" && echoTells([word]) && at > 0;
  if (!isUnknown(word)) return lead(word) === "" ? !hasExecFlags(program) && /[./]/.test(word.text) : !lead(word).startsWith("-");
  if (netTouches(baseName(program), []).length > 0) return false;
  const said = /^(?:-[a-zA-Z]*m|--message|--title|--body)$/.test(words[at - 1]?.text ?? "");
  return echoTells([word]) && (said || !hasExecFlags(program));
}

/** Words that the rule spells out are its author's; any other must not lead out. */
async function staysInScope(pattern: CommandPattern, unit: Unit, scene: Scene): Promise<boolean> {
  const { tells, touches, rerouted } = unit.facts;
  if (rerouted && !(await allInScope(touches, scene))) return false;
  if (tells && touches.every((touch) => touch.do === "list")) return true; // names and sizes of what the rule's author let be listed
  const words = unit.words.slice(1).filter((word) => !pattern.named.has(word.text));
  for (const touch of guessed(words, unit.at)) {
    if (touch.do === "net") continue;
    for (const path of touch.place.paths) {
      const at = /\/~(?:\/|$)/.test(path) ? scene.asked.home + path.slice(path.indexOf("/~") + 2) : path;
      if (!at.endsWith("/dev/null") && !(await scene.inScope(at))) return false;
    }
  }
  return true;
}

async function allInScope(touches: readonly Touch[], scene: Scene): Promise<boolean> {
  for (const touch of touches) {
    if (touch.do === "net" || touch.place.unknown) return false;
    for (const path of touch.place.paths) if (!(await scene.inScope(path))) return false;
  }
  return true;
}

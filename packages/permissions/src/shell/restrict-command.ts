// Does a deny or ask rule on a command hold for this text? Every spelling that can be seen without a shell counts: the bare program name,
// what a wrapper runs, a command behind global options, each part of a chain. Where the text hides something, the answer is maybe.
import { strongest, type Match } from "../match.ts";
import { matchesRaw, matchesWords, type CommandPattern } from "./command.ts";
import { keepsToItself, launchesAt } from "./launchers.ts";
import { baseName, fetchesProgram, isShell, runsArguments } from "./programs.ts";
import { LONGEST, looseCommands, plainWords, STAR } from "./words.ts";

const DEEPEST = 5; // commands quoted in commands
const MOST_WORDS = 32; // each tail of a longer list isn't tried: it is a maybe

export function commandRestricts(pattern: CommandPattern, text: string, depth = 0): Match {
  if (text.length > LONGEST || depth > DEEPEST) return "maybe";
  if (matchesRaw(pattern, text)) return "yes";
  const commands = looseCommands(text);
  if (commands === undefined || pattern.canon === undefined) return pattern.canon === undefined && plainWords(text) ? "no" : "maybe";
  const seen = commands.map((words) => wordsRestrict(pattern, words, depth));
  const plain = depth === 0 && plainWords(text) !== undefined;
  return strongest([...seen, plain || !mayName(pattern, text, commands, depth > 0) ? "no" : "maybe"]);
}

function wordsRestrict(pattern: CommandPattern, words: readonly string[], depth: number): Match {
  const [program = ""] = words;
  const wraps = program.includes("=") || runsArguments(program) || fetchesProgram(program) || launchesAt(words) !== undefined;
  const long = words.length > MOST_WORDS;
  const starts = wraps && !long ? words.map((_, at) => words.slice(at)) : [words];
  if (starts.some((tail) => spellings(tail).some((spelling) => matchesWords(pattern, spelling)))) return "yes";
  const inside = wraps
    ? words.filter((word) => /[^\w\-./,:=+@%^]/.test(word)).map((word) => commandRestricts(pattern, word, depth + 1))
    : [];
  if (!wraps && !keepsToItself(words) && words.slice(1).some((word) => isProgramOf(pattern, word))) return "maybe";
  return strongest([...inside, long && (wraps || hasOptionsFirst(words)) ? "maybe" : "no"]);
}

/** As it stands, by the program's bare name, and with options between the program and its command taken away. */
function spellings(words: readonly string[]): readonly (readonly string[])[] {
  const [program = "", ...others] = words;
  const cut = hasOptionsFirst(words) && words.length <= MOST_WORDS ? others.map((_, at) => others.slice(at + 1)) : [];
  const name = baseName(program);
  const names = new Set([program, name, name.toLowerCase()]); // some disks find RM
  return [...names].flatMap((one) => [others, ...cut].map((rest) => [one, ...rest]));
}

/** A program that nothing is known of may run a word it is given. */
function isProgramOf({ program }: CommandPattern, word: string): boolean {
  const name = baseName(word).toLowerCase();
  const [head = "", ...open] = baseName(program).toLowerCase().split(STAR);
  return open.length === 0 ? name === head : head !== "" && name.startsWith(head);
}

const hasOptionsFirst = (words: readonly string[]): boolean => words[1]?.startsWith("-") ?? false;

/** Could the program that the pattern names run here without standing where a program stands? */
function mayName(pattern: CommandPattern, text: string, commands: readonly (readonly string[])[], quoted: boolean): boolean {
  const anywhere = quoted || /[<>]/.test(text); // in another language's code, or behind a redirect, any word may be a program
  const words = commands.flat();
  const programs = anywhere ? words : commands.flatMap(([program]) => program ?? []);
  if (words.some(isShell) || programs.some((word) => /[*?[~]/.test(word))) return true;
  const head = baseName(pattern.program.split(STAR)[0] ?? "").toLowerCase();
  if (head === "" || (anywhere && /[^\w-]/.test(head))) return true;
  const pieces = anywhere ? words.flatMap((word) => word.toLowerCase().split(/[^\w-]+/)) : [];
  return pieces.some((piece) => piece.startsWith(head));
}

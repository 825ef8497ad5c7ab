// What bash makes of variables by itself: builtins that calculate with the names they are given, options that change how the rest is read,
// variables that programs take a command from.
import { isKnown, isUnknown, lead, type Word } from "./marks.ts";
import { MADE, type Part } from "./shells.ts";
import type { Simple } from "./walk.ts";

/** Quoted or not, a substitution in it is run. */
export const EVALUATES = "it evaluates what it is given";

/** Variables whose value is a command for the programs that read them. */
const CODE =
  /PAGER$|EDITOR$|^VISUAL$|COMMAND$|_CMD$|ASKPASS$|^BROWSER$|^LESS(?:OPEN|CLOSE)$|^GIT_SSH$|_DIFF$|_RSH$|_SHELL$|^SHELL$|^PS\d$|^(?:CC|CXX|LD|AR|MAKE)$|_WRAPPER$|_RUNNER$|^GIT_CONFIG_VALUE_\d+$/;
export const codeIn = (name: string, value: string): readonly string[] =>
  CODE.test(name) && value !== "" ? [value.replace(/^[|!]/, "")] : [];

/** Variables that name what is run before or instead of a program. */
const STARTS_MORE = /^(?:BASH_ENV|LD_PRELOAD|LD_AUDIT|GIT_CONFIG_(?:COUNT|GLOBAL|SYSTEM|PARAMETERS|KEY_\d+))$/;
export const startsMore = (name: string): boolean => STARTS_MORE.test(name);

/** An option that can't be told, or that says how the rest is read. */
export function settings(words: readonly Word[]): Part {
  const end = words.findIndex(({ text }) => text === "--");
  const options = words.slice(0, end === -1 ? undefined : end);
  return options.some((word) => !isKnown(word) || /posix|alias/i.test(word.text)) ? { hides: MADE } : {};
}

/** Bash evaluates a subscript in the name of a variable. */
export function subscript(words: readonly Word[], { words: [program] }: Pick<Simple, "words">): Part | undefined {
  const set = words.flatMap((word) => {
    const given = isKnown(word) ? word.text : word.script;
    return codeIn(word.text.split("=")[0] ?? "", given.slice(given.indexOf("=") + 1));
  });
  const scripts = words.flatMap(({ text }) => [...text.matchAll(/\$\(([^)]*)\)|`([^`]*)`/g)].map(([, one, other]) => one ?? other ?? ""));
  if (scripts.length > 0)
    return { scripts: [...set, ...scripts], reader: set.length > 0 ? "posix" : undefined, hides: "it evaluates a subscript" };
  const more = words.some(({ text }) => startsMore(text.split("=")[0] ?? ""));
  const hides = more ? MADE : names(program?.text ?? "", words) ? undefined : EVALUATES;
  return set.length > 0 || hides !== undefined ? { scripts: set, hides } : undefined;
}

const DECLARES = /^(?:declare|typeset|local|readonly|export)$/;

/** Are its words plain names, of which nothing is calculated? */
function names(program: string, words: readonly Word[]): boolean {
  if (/^(?:declare|typeset|local)$/.test(program) && words.some(({ text }) => /^-[a-zA-Z]*[in]/.test(text))) return false;
  if (DECLARES.test(program)) return words.every((word) => !isUnknown(word) || /^\w+\+?=/.test(lead(word)));
  if (program === "test" || program === "[") return !words.some((word, at) => isUnknown(word) && words[at - 1]?.text === "-v");
  if (program === "printf") return words[0]?.text !== "-v" || words[1] === undefined || !isUnknown(words[1]);
  if (program === "wait") return !words.some(isUnknown);
  return words.every((word, at) => !isUnknown(word) || VALUED.test(words[at - 1]?.text ?? ""));
}
/** Options of `read` and `mapfile` whose value is the next word. */
const VALUED = /^-[a-zA-Z]*[pdntNiusOcC]$/;

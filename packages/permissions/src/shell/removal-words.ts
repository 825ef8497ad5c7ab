// Which words of a command name what it removes.
import { keepsToItself } from "./launchers.ts";
import { baseName } from "./programs.ts";
import { MARK } from "./scan.ts";

/** `operands`: what would be removed. `blind`: some of it can't be read off the words, and a folder may be meant. */
export type Removal = { readonly operands: readonly string[]; readonly blind: boolean };

const REMOVERS = new Set(["rm", "rmdir", "unlink", "shred", "srm", "trash", "mv"]);
/** They remove whole folders, with all that is in them. */
const REMOVES_FOLDERS = new Set(["srm", "trash"]);
const NAMED = /(?<![\w.-])(?:rm|rmdir|unlink|shred|srm|trash|rmtree)(?![\w-])/i;

/** Does a removal word stand in this text? */
export const namesRemoval = (text: string): boolean => NAMED.test(text);

export function removalIn(words: readonly string[]): Removal | undefined {
  const names = words.map((word) => baseName(word).toLowerCase()); // some disks find RM
  if (!REMOVERS.has(names[0] ?? "") && keepsToItself(words)) return undefined;
  const finds = names.indexOf("find");
  if (finds !== -1 && findRemoves(words.slice(finds))) return startsOf(words.slice(finds + 1));
  const at = names.findIndex((name) => REMOVERS.has(name)); // wherever it stands, a wrapper may run it
  if (at === -1) return undefined;
  const operands = words
    .slice(at + 1)
    .filter((word, index, all) => !word.startsWith("-") || (all.indexOf("--") < index && all.includes("--")));
  if (names[at] === "mv") {
    const into = words.some((word) => /^-\w*t|^--t/.test(word));
    return { operands: (into ? operands : operands.slice(0, -1)).filter((word) => !isUnread(word)), blind: false };
  }
  const given = names.slice(0, at).some((name) => name === "xargs" || name === "parallel");
  const readable = operands.filter((word) => !isUnread(word));
  const recursive = REMOVES_FOLDERS.has(names[at] ?? "") || words.some((word) => /^-[a-zA-Z]*[rR]|^--r/.test(word));
  const unread = operands.filter(isUnread);
  const mayBeOptions = unread.some((word) => /[\u0005\u0006]/.test(word)) || unread.filter((word) => word.startsWith(MARK.open)).length > 1;
  const folders = names[at] === "rm" || REMOVES_FOLDERS.has(names[at] ?? "");
  return { operands: readable, blind: given || (folders && unread.length > 0 && (recursive || mayBeOptions)) };
}

const isUnread = (word: string): boolean => [MARK.open, MARK.split, MARK.brace].some((mark) => word.includes(mark));

const findRemoves = (words: readonly string[]): boolean =>
  words.some((word) => word.startsWith("-delete")) || (words.some((word) => /^-(?:exec|ok)/.test(word)) && namesRemoval(words.join(" ")));

/** `words`: behind the name of find. */
function startsOf(words: readonly string[]): Removal {
  const behind = words.findIndex((word) => /^(?:-(?![HLPOD])|[(!])/.test(word));
  const starts = words.slice(0, behind === -1 ? undefined : behind).filter((word) => !word.startsWith("-"));
  const all = starts.length === 0 ? ["."] : starts;
  return {
    operands: [...all.filter((word) => !isUnread(word)), ...words.filter((word) => word.startsWith("/"))],
    blind: all.some(isUnread),
  };
}

// In which folders a command may run: all that the ones before it may have gone to.
import { posix } from "node:path";
import { holdsMark, isKnown, isUnknown, type Word } from "./marks.ts";

/** `lost`: it may also run elsewhere. Folders as they are written, `..` unresolved: a link may stand before it. */
export type Whereabouts = {
  readonly folders: readonly string[];
  readonly lost: boolean;
  /** Some of the folders are left out: no rule can tell that what is named stays in scope. */
  readonly cut?: true;
};
/** Where the next command runs if this one worked, and if it didn't. */
export type Flow = { readonly ok: Whereabouts; readonly not: Whereabouts };

const MOST_FOLDERS = 16;
const MOST_LOST = 4; // where it may run elsewhere as well
const MOST_LETTERS = 4_000; // of all folders together
const MOST_LETTERS_LOST = 1_000;
const LONGEST = 500; // letters of a folder that moves have led to, one below the other

export const stay = (at: Whereabouts): Flow => ({ ok: at, not: at });
export const leave = (at: Whereabouts): Flow => stay({ ...at, lost: true });
export const after = ({ ok, not }: Flow): Whereabouts => either(ok, not);

export function either(one: Whereabouts, other: Whereabouts): Whereabouts {
  if (one === other) return one;
  const folders = [...new Set([...one.folders, ...other.folders])];
  return bounded({ folders, lost: one.lost || other.lost, ...((one.cut || other.cut) && { cut: true }) });
}

function bounded(at: Whereabouts): Whereabouts {
  const over = at.folders.length > MOST_FOLDERS || lettersOf(at.folders) > MOST_LETTERS;
  if (!at.lost && !over) return at;
  const few = at.folders.slice(0, MOST_LOST);
  while (few.length > 1 && lettersOf(few) > MOST_LETTERS_LOST) few.pop();
  return few.length < at.folders.length ? { folders: few, lost: true, cut: true } : at;
}

/** In one of several folders, or elsewhere. */
export const sparse = (at: Whereabouts): Whereabouts =>
  at.folders.length > 1 ? { folders: at.folders.slice(0, 1), lost: true, cut: true } : at;

export const lettersOf = (folders: readonly string[]): number => folders.reduce((sum, folder) => sum + folder.length, 0);

/** Without `command` and `builtin` before it. */
export function bare(words: readonly Word[]): readonly Word[] {
  const own = words.findIndex(({ text }, index) => !(/^(?:command|builtin)$/.test(text) || (index > 0 && text.startsWith("-"))));
  return words.slice(Math.max(own, 0));
}

/** Does a text hold a word that moves, or one behind which such a word may hide? */
export const movesIn = (text: string): boolean =>
  /(?<![\w-])(?:cd|pushd|popd|eval|source|shopt)(?![\w-])|(?:^|[\s;&|({])\.\s/.test(text.replaceAll(/['"\\]/g, ""));

/** Builtins that run a text in the shell itself, now or later, or change what it takes for a `cd`: may this call of one lead elsewhere? */
export function mayMove(words: readonly Word[]): boolean {
  const [program, ...others] = bare(words);
  switch (program?.text) {
    case "source":
    case ".":
      return true;
    case "shopt":
      return others.some((word) => !isKnown(word) || /cd|dirspell/.test(word.text));
    case "trap":
    case "alias":
    case "mapfile":
    case "readarray":
      return others.some((word) => isUnknown(word) || movesIn(word.text));
    default:
      return false;
  }
}

/** The words of a `cd`, with wrappers of the shell's own taken away; undefined when it is none. */
export function moveIn(words: readonly Word[]): { readonly to: Word | undefined; readonly plain: boolean } | undefined {
  const [program, ...others] = bare(words);
  if (!program || !/^(?:cd|pushd|popd)$/.test(program.text)) return undefined;
  const operands = others.filter(({ text }) => text === "-" || !/^[-+]./.test(text));
  const flags = others.filter(({ text }) => /^[-+]./.test(text));
  const plain = program.text === "cd" && operands.length < 2 && flags.every(({ text }) => /^-[LP]$|^--$/.test(text));
  return { to: operands[0], plain };
}

/** `again`: it may happen any number of times. */
export function move(words: readonly Word[], at: Whereabouts, home: string | undefined, again: boolean): Flow | undefined {
  const moved = moveIn(words);
  if (!moved) return undefined;
  const to = moved.to === undefined && words.at(-1)?.text === "cd" ? home : moved.to?.text;
  const climbs = again && to !== undefined && /^\.\.(?:\/|$)/.test(posix.normalize(to));
  if (to === undefined || !moved.plain || to === "-" || holdsMark(to) || climbs) {
    const known = to !== undefined && !holdsMark(to) && /^[^-+]/.test(to) ? at.folders.map((folder) => within(folder, to)) : [];
    return stay(bounded({ ...at, folders: [...new Set([...at.folders, ...known])], lost: true }));
  }
  const reached = [...new Set(at.folders.map((folder) => within(folder, to)))];
  const named = to.startsWith("/");
  if (!named && !reached.every(isShort)) return stay({ ...at, lost: true, cut: true });
  const there: Whereabouts = named ? { folders: reached, lost: false } : { ...at, folders: reached };
  return { ok: again ? either(at, there) : there, not: at };
}

const isShort = (folder: string): boolean => folder.length <= LONGEST;

export const within = (folder: string, path: string): string => (path.startsWith("/") ? path : `${folder === "/" ? "" : folder}/${path}`);

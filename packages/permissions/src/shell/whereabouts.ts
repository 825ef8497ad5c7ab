// In which folders a command may run: all that the ones before it may have gone to.
import { posix } from "node:path";
import { holdsMark, type Word } from "./marks.ts";

/** `lost`: it may also run elsewhere. Folders as they are written, `..` unresolved: a link may stand before it. */
export type Whereabouts = { readonly folders: readonly string[]; readonly lost: boolean };
/** Where the next command runs if this one worked, and if it didn't. */
export type Flow = { readonly ok: Whereabouts; readonly not: Whereabouts };

const MOST_FOLDERS = 16;

export const stay = (at: Whereabouts): Flow => ({ ok: at, not: at });
export const after = ({ ok, not }: Flow): Whereabouts => either(ok, not);

export function either(one: Whereabouts, other: Whereabouts): Whereabouts {
  if (one === other) return one;
  const folders = [...new Set([...one.folders, ...other.folders])];
  return folders.length > MOST_FOLDERS
    ? { folders: folders.slice(0, MOST_FOLDERS), lost: true }
    : { folders, lost: one.lost || other.lost };
}

/** The words of a `cd`, with wrappers of the shell's own taken away; undefined when it is none. */
export function moveIn(words: readonly Word[]): { readonly to: Word | undefined; readonly plain: boolean } | undefined {
  const own = words.findIndex(({ text }, index) => !(/^(?:command|builtin)$/.test(text) || (index > 0 && text.startsWith("-"))));
  const [program, ...others] = words.slice(Math.max(own, 0));
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
    return stay({ folders: [...new Set([...at.folders, ...known])], lost: true });
  }
  const there = { folders: [...new Set(at.folders.map((folder) => within(folder, to)))], lost: at.lost && !to.startsWith("/") };
  return { ok: again ? either(at, there) : there, not: at };
}

export const within = (folder: string, path: string): string => (path.startsWith("/") ? path : `${folder === "/" ? "" : folder}/${path}`);

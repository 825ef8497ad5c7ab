// In which folders a command may run: all that the ones before it may have gone to, as a `cd` may fail or stand in a subshell.
import { posix } from "node:path";
import { baseName } from "./programs.ts";
import { MARK, type Simple } from "./scan.ts";

/** `lost`: it may also run elsewhere. */
export type Whereabouts = { readonly folders: readonly string[]; readonly lost: boolean };

const MOST_FOLDERS = 32;

/** `again`: it may run any number of times. */
export function moveBy(words: readonly string[], at: Whereabouts, home: string | undefined, again: boolean): Whereabouts {
  const [program = "", ...others] = words.filter((word, index) => index > 0 || !/^(?:command|builtin)$/.test(word));
  if (/^(?:env|sudo|doas)$/.test(baseName(program)) && others.some((word) => /^-[CD]|^--chdir/.test(word))) return { ...at, lost: true };
  if (baseName(program) === "chroot") return { ...at, lost: true };
  if (program !== "cd" && program !== "pushd") return at;
  const [operand = MARK.home] = others.filter((word) => word === "-" || !/^[-+]/.test(word));
  const to = operand.replaceAll(MARK.home, home ?? MARK.open);
  // oxlint-disable-next-line no-control-regex -- the marks
  if (to === "-" || /[\u0003-\u0006]/.test(to) || (again && /^\.\.(?:\/|$)/.test(posix.normalize(to)))) return { ...at, lost: true };
  const folders = [...new Set([...at.folders, ...at.folders.map((folder) => (to.startsWith("/") ? to : `${folder}/${to}`))])];
  return folders.length > MOST_FOLDERS ? { ...at, lost: true } : { folders, lost: at.lost };
}

/** Loops and functions run a command before or after any other. */
export const isAnyOrder = (commands: readonly Simple[]): boolean =>
  commands.some(({ words }) => words.some((word) => word === "do" || word === "function")) ||
  commands.some(({ words }) => words[0] === "{");

/**
 * What a reading of a directory has looked at, and what the disk said of it: a later start that finds the same would read the same.
 * Rule: each thing is asked for before it is opened or listed; in doubt (a link, something that can't be looked at) nothing is vouched for.
 */
import { lstatSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";

/** `ctimeMs` too: a copy may bring its time with it. */
export type Stamp = { readonly mtimeMs: number; readonly ctimeMs: number; readonly size: number; readonly ino: number };
/** mtimeMs, ctimeMs, size, ino; none where nothing stands at the path. */
export type Fact = readonly [path: string, ...stamp: readonly number[]];

export const stampOf = ({ mtimeMs, ctimeMs, size, ino }: Stamp): readonly number[] => [mtimeMs, ctimeMs, size, ino];

const QUIET = { throwIfNoEntry: false } as const;

export class Witness {
  readonly #root: string;
  /** The stamp of a folder vouches for the names that aren't in it. Not where many others write: there each name is asked for. */
  readonly #byFolder: boolean;
  readonly #facts = new Map<string, Fact>();
  #sure = true;

  constructor(root: string, byFolder: boolean) {
    this.#root = root;
    this.#byFolder = byFolder;
    if (byFolder) this.#add(root, statSync(root)); // may be a link itself
  }

  /** Undefined where something can't be vouched for. */
  get facts(): readonly Fact[] | undefined {
    return this.#sure ? [...this.#facts.values()] : undefined;
  }

  /** What stands at a path, a link as itself; undefined where nothing does. Throws where nobody may look. */
  look(path: string): Stats | undefined {
    const stat = (path === this.#root ? statSync : lstatSync)(path, QUIET);
    if (!stat) this.#missing(path);
    else if (stat.isSymbolicLink()) this.doubt();
    else this.#add(path, stat);
    return stat;
  }

  /** Before it is opened or listed. */
  saw(path: string): void {
    if (!this.#sure || this.#facts.has(path)) return;
    try {
      this.look(path);
    } catch {
      this.doubt();
    }
  }

  /** It couldn't be read. What stands there all the same may be read the next time. */
  missed(path: string): void {
    this.saw(path);
    if (this.#facts.has(path) && this.#facts.get(path)?.length !== 1) this.doubt();
  }

  doubt(): void {
    this.#sure = false;
  }

  #missing(path: string): void {
    if (!this.#byFolder) return void this.#facts.set(path, [path]);
    this.saw(dirname(path));
    if (path === this.#root || lstatSync(path, QUIET)) this.doubt(); // it came between the two looks
  }

  #add(path: string, stat: Stats): void {
    if (stat.mtimeMs === 0) this.doubt(); // a file system that keeps no time of it
    this.#facts.set(path, [path, ...stampOf(stat)]);
  }
}

/** Would a reading see now what it saw then? */
export function holds(root: string, facts: readonly Fact[]): boolean {
  try {
    return facts.every(([path, ...stamp]) => {
      const stat = (path === root ? statSync : lstatSync)(path, QUIET);
      return stat ? isSame(stamp, stat) : stamp.length === 0;
    });
  } catch {
    return false; // nobody may look any more
  }
}

export const isSame = ([mtimeMs, ctimeMs, size, ino]: readonly number[], stat: Stats): boolean =>
  stat.mtimeMs === mtimeMs && stat.ctimeMs === ctimeMs && stat.size === size && stat.ino === ino;

import { basename, sep } from "node:path";

/** Of a file. `under`: of all that stands beneath a folder. */
export type Change = { readonly path: string; readonly under: boolean };
export type Taken = { readonly path: string; readonly by: string };

/**
 * Who is changing which files, by their real paths. Agents that work at once in one folder don't overwrite one another: the first to
 * change a file has it until it ends. What one has is free for those whom it started.
 */
export class Leases {
  readonly #held = new Map<string, string>(); // path → agent

  get none(): boolean {
    return this.#held.size === 0;
  }

  /** Takes them all, or none: then the path that another one has, and who. Folders are nobody's. `agent`: its path, empty for the session. */
  take(agent: string, changes: readonly Change[]): Taken | undefined {
    for (const { path, under } of changes) {
      const other = this.#others(agent).find(({ path: held }) => held === path || (under && beneath(path, held)));
      if (other) return other;
    }
    for (const { path, under } of changes) if (!under && agent !== "") this.#held.set(path, agent);
    return undefined;
  }

  /** A file that another one has, and that the words speak of by its name. */
  namedIn(agent: string, words: string): Taken | undefined {
    return this.#others(agent).find(({ path }) => speaksOf(words, basename(path)));
  }

  release(agent: string): void {
    for (const [path, by] of this.#held) if (by === agent) this.#held.delete(path);
  }

  #others(agent: string): readonly Taken[] {
    const own = (by: string): boolean => by === agent || agent.startsWith(`${by}/`);
    return [...this.#held].flatMap(([path, by]) => (own(by) ? [] : [{ path, by }]));
  }
}

const beneath = (folder: string, path: string): boolean => path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** As a name of its own: `a.ts` isn't a part of `data.ts`. */
function speaksOf(words: string, name: string): boolean {
  const isPart = (sign: string | undefined): boolean => sign !== undefined && /[\w-]/.test(sign);
  for (let at = words.indexOf(name); at >= 0; at = words.indexOf(name, at + 1))
    if (!isPart(words[at - 1]) && !isPart(words[at + name.length])) return true;
  return false;
}

import { sep } from "node:path";

/**
 * Who is changing which files. Agents that work at once in one folder don't overwrite one another: the first to change a file has it
 * until it ends.
 */
export class Leases {
  readonly #held = new Map<string, string>(); // path → agent

  /** Takes them all, or none: then the path that another one has, and who. */
  take(agent: string, paths: readonly string[]): { readonly path: string; readonly by: string } | undefined {
    for (const path of paths) {
      const other = [...this.#held].find(([held, by]) => by !== agent && overlaps(held, path));
      if (other) return { path, by: other[1] };
    }
    for (const path of paths) this.#held.set(path, agent);
    return undefined;
  }

  release(agent: string): void {
    for (const [path, by] of this.#held) if (by === agent) this.#held.delete(path);
  }
}

const overlaps = (one: string, other: string): boolean => one === other || beneath(one, other) || beneath(other, one);
const beneath = (folder: string, path: string): boolean => path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

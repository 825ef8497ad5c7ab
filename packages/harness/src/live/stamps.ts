/** Which files are others than at the look before. Rule: by time, size and number; at the first look, none. */
import { statSync } from "node:fs";

export class Stamps {
  readonly #known = new Map<string, string>();

  changed<Named extends { readonly file: string }>(files: readonly Named[]): readonly Named[] {
    return files.filter(({ file }) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      const stamp = stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : "";
      const before = this.#known.get(file);
      this.#known.set(file, stamp);
      return before !== undefined && before !== stamp;
    });
  }
}

/** Files as language servers name them. */
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const uriOf = (path: string): string => pathToFileURL(path).href;
export const folderOf = (path: string): Readonly<Record<"uri" | "name", string>> => ({ uri: uriOf(path), name: basename(path) });

/** Undefined for what isn't a file of this machine. */
export function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

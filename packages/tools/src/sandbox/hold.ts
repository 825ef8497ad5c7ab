/** Keeps places from being made that aren't there: while a sandbox runs something stands at each, which can't be written inside. */
import { dirname } from "node:path";
import { holdFile, leaveFile } from "./held-file.ts";
import { holdFolder, leave } from "./held-folder.ts";

/** `content`: of a file. Without it a folder is to stand there. */
export type Missing = { readonly path: string; readonly content?: string };

export type Held = {
  /** Folders that are to look empty inside. Where a place is missing here, something else has come to stand meanwhile. */
  readonly folders: readonly string[];
  /** What to remove, in this order: folders, which end with a slash, and files that go with the folder named before, after a `=`. */
  readonly remains: readonly string[];
  release(): void;
};

/** Throws where a place can't be made. */
export function holdPlaces(places: readonly Missing[]): Held {
  const tokens: { readonly token: string; readonly file?: Required<Missing> }[] = [];
  const release = (): void => tokens.forEach(({ token, file }) => (file ? leaveFile(token, file) : leave(token)));
  try {
    for (const { path, content } of places) {
      const token = content === undefined ? holdFolder(path) : holdFile({ path, content });
      if (token !== undefined) tokens.push({ token, ...(content !== undefined && { file: { path, content } }) });
    }
  } catch (error) {
    release();
    throw error;
  }
  return {
    folders: tokens.map(({ token }) => dirname(token)),
    remains: tokens.flatMap(({ token, file }) => [`${token}/`, `${dirname(token)}/`, ...(file ? [`=${file.path}`] : [])]),
    release,
  };
}

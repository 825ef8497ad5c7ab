import { join, resolve } from "node:path";
import type { FileStore, Settings } from "@keelson/protocol";
import type { Flags, Refusal } from "./house.ts";

export type Folders = { readonly cwd: string; readonly directories: readonly string[]; readonly repository: boolean };

/** The folders a session works in; each must be there, and be a folder. */
export async function findFolders(
  files: Pick<FileStore, "stat">,
  { cwd, repository }: Pick<Folders, "cwd" | "repository">,
  addDirs: readonly string[],
): Promise<Folders | Refusal> {
  const directories = addDirs.map((directory) => resolve(cwd, directory));
  for (const path of [cwd, ...directories]) {
    const trouble = await lookAt(files, path);
    if (trouble !== undefined)
      return {
        code: "usage",
        text: `${trouble}: ${path}. ${path === cwd ? "Start keel in a folder that exists." : "Name a folder with --add-dir."}`,
      };
  }
  return { cwd, directories, repository };
}

async function lookAt(files: Pick<FileStore, "stat">, path: string): Promise<string | undefined> {
  const found = await files.stat(join(path, ".")).catch(() => undefined); // with the dot, a link to a folder is one
  if (found === undefined) return "The folder doesn't exist or can't be opened";
  return found.kind === "directory" ? undefined : "It is not a folder";
}

/** Further ones, by the settings and the command line. */
export const namedFolders = ({ permissions }: Settings, { addDirs = [] }: Flags): readonly string[] => [
  ...(permissions?.additionalDirectories ?? []),
  ...addDirs,
];

// Folders whose removal no rule, hook or mode allows without a question: the root and what stands in it, home, and where the session works,
// each with all that holds it.
import type { Asked } from "@keelson/protocol";
import { MARK } from "../shell/marks.ts";
import { foldCase, isWithin } from "./links.ts";

/** `here`: where a command starts, if it is one. Paths in normal form. */
export function isCritical(path: string, asked: Asked, here: readonly string[] = []): boolean {
  const onDrive = /^\/[a-z]\//.test(path) && asked.home.startsWith(path.slice(0, 3)); // `/c/Windows` stands in a root
  if (path.split("/").filter(Boolean).length <= (onDrive ? 2 : 1)) return true;
  return [asked.home, asked.cwd, ...asked.directories, ...here].some((folder) => isWithin(foldCase(folder), foldCase(path)));
}

/** Could `name`, which holds wildcards, stand for a critical thing in this folder; or a folder on the way to one, with `behind` in it? */
export function criticalIn(folder: string, name: string, behind: readonly string[], { home, cwd, directories }: Asked): boolean {
  if (folder === "/") return true;
  const last = behind.filter(Boolean).at(-1);
  const names = [home, cwd, ...directories].flatMap((one) => one.split("/"));
  if (last !== undefined && (ROOT_FOLDERS.has(last) || names.includes(last))) return true; // the name before may be a link
  const [first = "", ...others] = name.split(MARK.glob);
  const end = name.includes("]") ? "" : (others.at(-1) ?? "");
  return [home, cwd, ...directories].some((one) => {
    const below = foldCase(one).slice(foldCase(folder).length).split("/")[1];
    return (
      below !== undefined && isWithin(foldCase(one), foldCase(folder)) && below.startsWith(foldCase(first)) && below.endsWith(foldCase(end))
    );
  });
}

const ROOT_FOLDERS = new Set(
  "bin boot dev etc home lib lib32 lib64 media mnt nix opt proc root run sbin srv sys tmp usr var Applications Library System Users Volumes private".split(
    " ",
  ),
);

/**
 * A file that stands where none is wanted, for git stops at a folder there. Its tokens stand in a folder beside it, the keeper.
 * Who leaves says so before looking whether others hold it, and who comes looks whether somebody leaves: so one of the two sees the other.
 */
import { existsSync, linkSync, lstatSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasCode } from "@keelson/protocol";
import { holdFolder, isHeldOnly, leave, namesIn } from "./held-folder.ts";

type BlankFile = { readonly path: string; readonly content: string };

/** In git's words: what is common to all work trees stands here. Any other content leads elsewhere, and none stops git. */
const HERE = ".\n";
const COMMENT = "#\n";
/** Of a repository's own folder. */
const IN_REPOSITORY: Readonly<Record<string, string>> = { commondir: HERE, config: COMMENT, "config.worktree": COMMENT };
const LONGEST = 2; // bytes: no more can be taken for something that was written meanwhile. The sweeper knows it too.

/** What must stand at a place that isn't there; undefined where a folder may. `home`: where git looks for the user's settings. */
export function blankFor(path: string, home: string | undefined): string | undefined {
  const name = basename(path);
  if (name === ".gitconfig") return dirname(path) === home ? COMMENT : undefined;
  return existsSync(join(dirname(path), "HEAD")) ? IN_REPOSITORY[name] : undefined;
}

/** With any `commondir` git passes over these settings of a repository, and takes another folder for its work tree. */
const PASSED_OVER = /^\s*(?:\[[^\]]*\]\s*)?(?:worktree\s*=|bare\b(?!\s*=\s*(?:false|no|off|0)\b))/im;

/** Nothing can stand there without misleading git. */
export function misleads(path: string): boolean {
  if (basename(path) !== "commondir") return false;
  try {
    return PASSED_OVER.test(readFileSync(join(dirname(path), "config"), "utf8"));
  } catch {
    return false; // no settings: nothing to pass over
  }
}

const keeperOf = (path: string): string => join(dirname(path), `.keel-held-for-${basename(path)}`);

/** Another one holds it, and nothing was written there. */
export const isHeldFile = (path: string): boolean =>
  isHeldOnly(keeperOf(path)) && [HERE, COMMENT].some((content) => reads({ path, content }));

const LEAVING = /-leaving$/;
const ROUNDS = 500;
const PAUSE = 1; // milliseconds

/** The token. Undefined where something else has come to stand meanwhile. Throws where it can't be made. */
export function holdFile(file: BlankFile): string | undefined {
  const keeper = keeperOf(file.path);
  for (let round = 0; round < ROUNDS; round++) {
    const token = holdFolder(keeper);
    if (token === undefined) throw new Error(`${keeper} is in the way: remove it`);
    try {
      if (!namesIn(keeper).some((name) => LEAVING.test(name))) {
        if (bring(file, token) || reads(file)) return token;
        leave(token);
        return undefined;
      }
    } catch (error) {
      leave(token);
      throw error;
    }
    leave(token);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE); // no one else of this process can be leaving
  }
  throw new Error(`${file.path} is made and removed all the time`);
}

export function leaveFile(token: string, file: BlankFile): void {
  const leaving = `${token}-leaving`;
  try {
    renameSync(token, leaving);
    if (namesIn(dirname(token)).every((name) => LEAVING.test(name)) && reads(file)) unlinkSync(file.path);
  } catch {
    // somebody has taken away the token, or the file
  }
  leave(leaving);
}

const NO_LINKS = ["EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS"]; // some file systems have none

/** All at once: git outside must not find it empty. False where something stands. */
function bring({ path, content }: BlankFile, token: string): boolean {
  const made = join(token, "blank");
  writeFileSync(made, content, { mode: 0o644 });
  try {
    linkSync(made, path);
    return true;
  } catch (error) {
    if (hasCode(error, ["EEXIST"])) return false;
    if (!hasCode(error, NO_LINKS)) throw error;
    writeFileSync(path, content, { flag: "wx", mode: 0o644 });
    return true;
  } finally {
    unlinkSync(made);
  }
}

function reads({ path, content }: BlankFile): boolean {
  try {
    const stats = lstatSync(path);
    return stats.isFile() && stats.size <= LONGEST && readFileSync(path, "utf8") === content;
  } catch {
    return false; // gone, or closed: not ours
  }
}

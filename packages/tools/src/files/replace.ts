/** Puts a file in place all at once: whoever reads it sees the old content or the new one, never a part. */
import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { access, link, lstat, mkdir, open, readFile, readlink, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileError, type Expected, type FileState } from "@keelson/protocol";
import { because } from "./because.ts";
import { absolute, hashOf } from "./state.ts";

const MOST_LINKS = 40; // what Linux follows too
const SUFFIX_BYTES = 6;

/** A link at the end of the path is written through: it stays, and what it leads to changes. */
export async function replaceFile(path: string, bytes: Uint8Array, expected: Expected): Promise<FileState> {
  absolute(path);
  try {
    const { target, stats } = await follow(path);
    await refuseOthers(path, target, stats, expected);
    await makeFolder(dirname(target));
    return await swap(target, bytes, stats, expected === "absent");
  } catch (cause) {
    throw because(cause, path);
  }
}

async function follow(path: string): Promise<{ readonly target: string; readonly stats: Stats | undefined }> {
  let target = path;
  for (let hops = 0; hops < MOST_LINKS; hops++) {
    const stats = await lstat(target).catch((cause: unknown) => {
      if (because(cause, target).code === "missing") return undefined;
      throw cause;
    });
    if (!stats?.isSymbolicLink()) return { target, stats };
    target = resolve(dirname(target), await readlink(target));
  }
  throw fileError("io", path, `${path} is a link that leads back to itself. Name the file it should lead to.`);
}

async function refuseOthers(path: string, target: string, stats: Stats | undefined, expected: Expected): Promise<void> {
  if (stats?.isDirectory()) throw fileError("directory", path, `${path} is a folder, not a file.`);
  if (stats && !stats.isFile()) throw fileError("not_a_file", path, `${path} is a pipe, a socket or a device, not a file.`);
  if (expected === "absent" && stats) throw fileError("exists", path, `${path} exists already. Read it first.`);
  if (stats) await access(target, constants.W_OK); // a rename would pass over a file's own write protection
  if (typeof expected === "string") return;
  if (!stats) throw fileError("changed", path, `${path} was deleted since it was read.`);
  if (stats.size !== expected.size || hashOf(await readFile(target)) !== expected.hash)
    throw fileError("changed", path, `${path} was changed since it was read. Read it again.`);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const { code } = because(cause, folder);
    if (code !== "exists" && code !== "missing") throw cause;
    throw fileError("not_a_file", folder, `${folder} can't be a folder: a part of that path is a file.`, cause);
  }
}

async function swap(target: string, bytes: Uint8Array, old: Stats | undefined, mustBeNew: boolean): Promise<FileState> {
  const beside = join(dirname(target), `.keel-${randomBytes(SUFFIX_BYTES).toString("hex")}.tmp`);
  try {
    const file = await open(beside, "wx", old ? 0o600 : 0o666);
    try {
      await file.writeFile(bytes);
      if (old) {
        const mine = await file.stat();
        if (mine.uid !== old.uid || mine.gid !== old.gid) await file.chown(old.uid, old.gid).catch(() => {}); // only root may
        await file.chmod(old.mode & 0o7777);
      }
      const { mtimeMs, size } = await file.stat();
      await (mustBeNew ? place(beside, target) : rename(beside, target));
      return { mtimeMs, size, hash: hashOf(bytes) };
    } finally {
      await file.close();
    }
  } finally {
    await rm(beside, { force: true });
  }
}

/** Fails when something has come to stand there meanwhile, which a rename would not. */
async function place(beside: string, target: string): Promise<void> {
  try {
    await link(beside, target);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") throw cause;
    await rename(beside, target); // a file system without hard links
  }
}

/**
 * What the disk said of a copy when it was last hashed, so that it needn't be read again at each use. Rule: the time of change of a file
 * can't be set by whoever changes it, so a copy whose seal fits is the one that was hashed; anything else is hashed again.
 */
import { createHash, randomUUID } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type BigIntStats } from "node:fs";
import { rename, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

const DAY_MS = 24 * 60 * 60 * 1_000;

const fileOf = (root: string): string => `${root}.seal`;

export async function seal(root: string): Promise<void> {
  const beside = `${fileOf(root)}.${randomUUID()}`;
  await writeFile(beside, factsOf(root), { mode: 0o600 });
  await rename(beside, fileOf(root));
}

/** False too where there is no seal, or nothing to be sealed. */
export function isSealed(root: string): boolean {
  try {
    return readFileSync(fileOf(root), "utf8") === factsOf(root);
  } catch {
    return false; // then it is hashed
  }
}

/** Milliseconds since the epoch; undefined for a copy without a seal. */
export async function lastUsed(root: string): Promise<number | undefined> {
  return (await stat(fileOf(root)).catch(() => undefined))?.mtimeMs;
}

/** At most once a day: it is for telling months. */
export async function used(root: string, now: number): Promise<void> {
  const before = await lastUsed(root);
  if (before === undefined || now - before < DAY_MS) return;
  await utimes(fileOf(root), now / 1_000, now / 1_000).catch(() => undefined); // a full disk doesn't keep it from being used
}

function factsOf(root: string): string {
  const hash = createHash("sha256");
  addFolder(root, "", hash);
  return hash.digest("hex");
}

function addFolder(root: string, folder: string, hash: ReturnType<typeof createHash>): void {
  for (const name of readdirSync(join(root, folder)).toSorted()) {
    const path = join(folder, name);
    const whole = join(root, path);
    const stats = lstatSync(whole, { bigint: true });
    if (stats.isDirectory()) {
      hash.update(`d ${path}\0`);
      addFolder(root, path, hash);
    } else hash.update(`${stats.isSymbolicLink() ? `l ${readlinkSync(whole)}` : fact(stats)} ${path}\0`);
  }
}

const fact = ({ mode, size, mtimeNs, ctimeNs, ino }: BigIntStats): string => [mode, size, mtimeNs, ctimeNs, ino].join(" ");

/** What the disk said of a copy when it was last hashed, so that it needn't be read again at each use. Rule: in doubt it is hashed again. */
import { readFileSync } from "node:fs";
import { stat, utimes } from "node:fs/promises";
import { factsOf } from "../tree/facts.ts";
import { writeWhole } from "./write.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

const fileOf = (root: string): string => `${root}.seal`;

export async function seal(root: string): Promise<void> {
  const facts = factsOf(root, []);
  if (facts) await writeWhole(fileOf(root), facts.mark);
}

/** False too where there is no seal, or nothing to be sealed. */
export function isSealed(root: string): boolean {
  try {
    return readFileSync(fileOf(root), "utf8") === factsOf(root, [])?.mark;
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

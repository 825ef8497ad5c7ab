import { randomUUID } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";

/** Whoever reads meanwhile finds the old content or the new. */
export async function writeWhole(file: string, content: string): Promise<void> {
  const beside = `${file}.${randomUUID()}`;
  await writeFile(beside, content, { mode: 0o600 });
  await rename(beside, file);
}

/**
 * Long outputs stand in a folder of their session. The history of a fork names those of the session that it was made of, too: they stay
 * as long as a session names them.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** In a session's folder: one session a line whose outputs its history names beside its own. */
const ALSO = ".also";

/** `outputs`: the folder of all. */
export function namesAlso(outputs: string, session: string): readonly string[] {
  const file = join(outputs, session, ALSO);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : []; // nearly never there
}

/** `to` was made of `from`. */
export async function nameAlso(outputs: string, from: string, to: string): Promise<void> {
  const named = [from, ...namesAlso(outputs, from)].filter((session) => existsSync(join(outputs, session)));
  if (named.length === 0) return;
  await mkdir(join(outputs, to), { recursive: true, mode: 0o700 });
  await writeFile(join(outputs, to, ALSO), `${named.join("\n")}\n`, { mode: 0o600 });
}

/** Of a session that is gone: what no other one names goes with it. */
export async function dropOutputs(outputs: string, session: string, isThere: (session: string) => Promise<boolean>): Promise<void> {
  const named = namesAlso(outputs, session);
  await rm(join(outputs, session, ALSO), { force: true });
  const others = await readdir(outputs).catch(() => []); // nothing was ever long
  const wanted = new Set(others.flatMap((other) => namesAlso(outputs, other)));
  for (const one of [session, ...named])
    if (!wanted.has(one) && (one === session || !(await isThere(one)))) await rm(join(outputs, one), { recursive: true, force: true });
}

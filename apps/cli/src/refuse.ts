import { randomUUID } from "node:crypto";
import { lineOf, type Session } from "@keelson/harness";
import type { Outlet } from "./outlet.ts";
import { refusedResult } from "./report.ts";
import type { Site } from "./site.ts";
import { NOTHING_YET } from "./tally.ts";

/** A run that couldn't begin has a result all the same, for programs that read one. */
export async function refuse(words: string, code: number, { run, out, err }: Site): Promise<number> {
  const sessionId = run.flags.sessionId ?? "";
  await out.write(refusedResult(run.format, { tally: NOTHING_YET, trouble: words, ms: 0, sessionId, uuid: randomUUID() }));
  return await fail(words, code, err);
}

export async function fail(words: string, code: number, err: Outlet): Promise<number> {
  await err.write(`${words}\n`);
  return code;
}

/** What was worked around, once, in front of everything else. */
export const warnings = ({ problems }: Session): string => problems.map((problem) => `${problem.severity}: ${lineOf(problem)}\n`).join("");

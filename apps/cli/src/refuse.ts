import { randomUUID } from "node:crypto";
import { lineOf, type Session } from "@keelson/harness";
import type { Machine } from "./machine.ts";
import type { Outlet } from "./outlet.ts";
import { refusedResult } from "./report.ts";
import type { Site } from "./site.ts";
import { NOTHING_YET } from "./tally.ts";
import { toldOf, untrustedLine } from "./untrusted-line.ts";

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
export const warnings = (session: Session, { home }: Pick<Machine, "home">): string =>
  [...toldOf(session).map((problem) => `${problem.severity}: ${lineOf(problem)}\n`), ...untrustedLine(session, home)].join("");

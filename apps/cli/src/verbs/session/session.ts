import { lineOf, openSessions, type Sessions } from "@keelson/harness";
import { isStoreError, type Problem, type SessionSummary } from "@keelson/protocol";
import { FAILED, USAGE } from "../../exit.ts";
import type { Machine } from "../../machine.ts";
import { meant, severalLine } from "../../resume.ts";
import { complain } from "../../tell.ts";
import type { SessionAsked } from "../lines/session.ts";

/** What all of `keel session` has: the sessions, the machine, and the folder it was asked in. */
export type Shelf = { readonly sessions: Sessions; readonly machine: Machine; readonly cwd: string };

/** `keel session`: looks at sessions from outside. None is opened for it, but the one that goes on behind an answer. */
export async function session(asked: SessionAsked, machine: Machine): Promise<number> {
  try {
    const told = new Set<string>(); // a log may be read more than once
    const heard = (problem: Problem): void => void told.add(`${problem.severity}: ${lineOf(problem)}`);
    await using sessions = await openSessions(machine, machine.wall, heard);
    const code = await act(asked, { sessions, machine, cwd: machine.cwd ?? machine.home });
    for (const line of told) await complain(line, machine, code);
    return code;
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return await complain(error.message, machine, FAILED);
  }
}

async function act(asked: SessionAsked, shelf: Shelf): Promise<number> {
  switch (asked.what) {
    case "list":
      return await (await import("./list.ts")).list(asked, shelf);
    case "search":
      return await (await import("./list.ts")).search(asked, shelf);
    case "show":
      return await (await import("./show.ts")).show(asked, shelf);
    case "export":
      return await (await import("./carry.ts")).carryOut(asked, shelf);
    case "import":
      return await (await import("./carry.ts")).carryIn(asked, shelf);
    case "delete":
      return await (await import("./keep.ts")).remove(asked, shelf);
    case "reindex":
      return await (await import("./keep.ts")).reindex(shelf);
    case "answer":
      return await (await import("./answer.ts")).answer(asked, shelf);
  }
}

/** The one that is meant, or what was said about why there is none. */
export async function named(what: string, { sessions, machine, cwd }: Shelf): Promise<SessionSummary | number> {
  if (what.trim() === "") return await complain("An id is wanted, its beginning, or words of the session.", machine, USAGE);
  const found = await meant(what, sessions, cwd);
  if (typeof found === "string") return await complain(found, machine, FAILED);
  return "several" in found ? await complain(severalLine(what, found.several), machine, USAGE) : found;
}

import { inspectPermissions, openSessions, type CallChange } from "@keelson/harness";
import { isStoreError, type JsonObject } from "@keelson/protocol";
import { shorten } from "../clean.ts";
import { DONE, FAILED } from "../exit.ts";
import type { Machine } from "../machine.ts";
import { shortId } from "../session-words.ts";
import { complain, say } from "../tell.ts";
import type { ReplayAsked } from "./lines/permissions.ts";
import { rulesIn } from "./permissions.ts";

/** `keel permissions simulate`: which calls of a session would come out otherwise. What is found is no failure. */
export async function simulate(asked: ReplayAsked, machine: Machine): Promise<number> {
  try {
    await using sessions = await openSessions(machine, machine.wall);
    const session = await sessions.find(asked.session, machine.cwd ?? machine.home);
    if (typeof session === "string") return await complain(session, machine, FAILED);
    const view = await rulesIn(session.cwd, asked, machine);
    if (typeof view === "number") return view;
    const { judgePast } = await inspectPermissions();
    const { mode } = asked;
    const { calls, changes } = await judgePast(machine, session, { view, mode, wall: machine.wall }, new AbortController().signal);
    if (asked.json) return await say(JSON.stringify({ session: session.ref.session, calls, changes }, null, 2), machine, DONE);
    const head = `${shortId(session.ref.session)}  ${shorten(session.title, MOST)}: ${count(calls, "call")}, ${changes.length === 0 ? "none of them would come out otherwise" : `${changes.length} would come out otherwise`}.`;
    return await say([head, ...changes.map(rowOf)].join("\n"), machine, DONE);
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return await complain(error.message, machine, FAILED);
  }
}

const MOST = 100; // characters of a line

function rowOf({ tool, input, was, answered, now, reason }: CallChange): string {
  const then = answered === undefined ? was : `${was} (answered: ${answered})`;
  return `  ${then} → ${now}  ${tool} ${shorten(subjectOf(input), MOST)}\n      ${reason}`;
}

/** What a call is mainly about. */
function subjectOf(input: JsonObject): string {
  const { command, file_path: path, url } = input;
  const [named] = [command, path, url].filter((one) => typeof one === "string");
  return named ?? JSON.stringify(input);
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

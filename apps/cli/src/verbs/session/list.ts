import { DONE, USAGE } from "../../exit.ts";
import { ago, printed, rowOf, shortId, tilde } from "../../session-words.ts";
import { shorten } from "../../clean.ts";
import { complain, say } from "../../tell.ts";
import type { SessionAsked } from "../lines/session.ts";
import type { Shelf } from "./session.ts";

type Asked<What extends SessionAsked["what"]> = Extract<SessionAsked, { what: What }>;

export async function list({ all, json, limit }: Asked<"list">, { sessions, machine, cwd }: Shelf): Promise<number> {
  const found = await sessions.list({ ...(!all && { cwd }), limit });
  if (json) return await say(JSON.stringify(found.map(printed), null, 2), machine, DONE);
  if (found.length === 0) {
    const others = all ? "" : " keel session list --all shows those of every folder.";
    return await say(`No session ${all ? "is there yet" : "of this folder yet"}.${others}`, machine, DONE);
  }
  const rows = found.map((session) => rowOf(session, { now: machine.wall(), home: machine.home, where: all }));
  const more = found.length === limit ? [`The newest ${limit}; --limit shows more.`] : [];
  return await say([...rows, ...more].join("\n"), machine, DONE);
}

/** Of every folder: who searches has forgotten where it was. */
export async function search({ words, json, limit }: Asked<"search">, { sessions, machine, cwd }: Shelf): Promise<number> {
  if (words.trim() === "") return await complain("Words to search for are wanted.", machine, USAGE);
  const hits = await sessions.search(words, { limit });
  if (json)
    return await say(
      JSON.stringify(
        hits.map(({ session, ...hit }) => ({ ...printed(session), ...hit })),
        null,
        2,
      ),
      machine,
      DONE,
    );
  if (hits.length === 0) return await say(`No session speaks of ${words}.`, machine, DONE);
  const lines = hits.flatMap(({ session, kind, excerpt }) => [
    `${shortId(session.ref.session)}  ${ago(session.updated, machine.wall()).padEnd(10)}  ${shorten(session.title, 80)}${session.cwd === cwd ? "" : `  ${tilde(session.cwd, machine.home)}`}`,
    `          ${kind}: ${shorten(excerpt, 120)}`,
  ]);
  return await say(lines.join("\n"), machine, DONE);
}

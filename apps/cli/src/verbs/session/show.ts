import type { SessionSummary } from "@keelson/protocol";
import { shorten } from "../../clean.ts";
import { endingOf } from "../../ending.ts";
import { DONE } from "../../exit.ts";
import { openQuestions, type Open } from "../../parked.ts";
import { printed, shortId, STATES, tilde } from "../../session-words.ts";
import { say } from "../../tell.ts";
import type { SessionAsked } from "../lines/session.ts";
import { standAtEnd, type Stand } from "../../undone.ts";
import { named, type Shelf } from "./session.ts";

/** Passages of its end. */
const LAST = 6;

export async function show({ id, json }: Extract<SessionAsked, { what: "show" }>, shelf: Shelf): Promise<number> {
  const { sessions, machine } = shelf;
  const session = await named(id, shelf);
  if (typeof session === "number") return session;
  const [open, stand] = [await openQuestions(sessions, session), await standAtEnd(sessions.print(session, "jsonl", false))];
  if (json)
    return await say(
      JSON.stringify({ ...printed(session), ...(stand.ended && { ended: stand.ended }), asks: open }, null, 2),
      machine,
      DONE,
    );
  const passages: string[] = [];
  let said = 0;
  for await (const passage of sessions.print(session, "md", true)) {
    if (passage.trim() === "" || passage.startsWith("# ")) continue;
    said++;
    passages.push(`\n${passage.trim()}`);
    if (passages.length > LAST) passages.shift();
  }
  const left =
    said > passages.length
      ? [`\n… ${said - passages.length} passages before (keel session export ${shortId(session.ref.session)} --format md)`]
      : [];
  return await say(
    [...facts(session, stand, machine.home), ...open.flatMap((one) => asked(session, one)), ...left, ...passages].join("\n").trimEnd(),
    machine,
    DONE,
  );
}

function facts(
  { ref, title, cwd, created, updated, status, parent }: SessionSummary,
  { ended, left }: Stand,
  home: string,
): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    ["session", ref.session],
    ["title", shorten(title, 120)],
    ["folder", tilde(cwd, home)],
    ["begun", time(created)],
    ["changed", time(updated)],
    ["state", STATES[status]],
    ["ended", ended && ended.reason !== "completed" && status !== "waiting" ? endingOf(ended.reason, ended.bound) : ""],
    ["from", parent ?? ""],
    ["go on", `keel --resume ${shortId(ref.session)}${left === "nothing" || status === "active" ? "" : "  (its last run isn't done)"}`],
  ];
  return rows.filter(([, value]) => value !== "").map(([name, value]) => `${name.padEnd(8)} ${value}`);
}

const time = (at: number): string => new Date(at).toISOString().replace("T", " ").slice(0, 16);

function asked({ ref, status }: SessionSummary, { id, about, choices, command }: Open): readonly string[] {
  const how = status === "active" ? "It is asked where the session is open just now: answer it there." : command(ref.session, id);
  return ["", `? ${about}`, ...choices.map((choice) => `    ${choice}`), `  ${how}`];
}

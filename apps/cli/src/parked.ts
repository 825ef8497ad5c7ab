import { openSessions, type Sessions } from "@keelson/harness";
import type { JsonObject, SessionSummary, ToolUse } from "@keelson/protocol";
import { nameOf } from "./call-lines.ts";
import { shorten } from "./clean.ts";
import { isObject, listIn, stringIn } from "./json.ts";
import type { Machine } from "./machine.ts";
import { paint } from "./paint.ts";
import { questionsIn } from "./person-question.ts";
import { shortId } from "./session-words.ts";
import type { Tally } from "./tally.ts";

/** A question that nobody has answered yet, in words. `input`: of the call that waits for it. */
export type Open = {
  readonly id: string;
  readonly tool: string;
  readonly input: JsonObject;
  /** What would allow it, and the folder that it is asked in. */
  readonly rules: readonly string[];
  readonly cwd: string;
  /** One line. */
  readonly about: string;
  /** Of a question with options, each question and its options; of a plan its lines. */
  readonly choices: readonly string[];
  /** The command that answers it. */
  readonly command: (session: string, ask: string) => string;
};

export async function openQuestions(sessions: Pick<Sessions, "asks">, session: SessionSummary): Promise<readonly Open[]> {
  return (await sessions.asks(session)).map(({ askId, body }) => openOne(askId, body, session.cwd));
}

/** As far as the run told of them. */
export const askedIn = ({ asked, calls }: Pick<Tally, "asked" | "calls">, cwd: string): readonly Open[] =>
  Object.entries(asked).flatMap(([askId, { callId, body }]) => (calls[callId] ? [openOne(askId, body, cwd)] : [])); // an answered call isn't kept

function openOne(askId: string, body: JsonObject, folder: string): Open {
  const tool = typeof body["tool"] === "string" ? body["tool"] : "a tool";
  const input = isObject(body["input"]) ? body["input"] : {};
  const questions = questionsIn(tool, input);
  const cwd = typeof body["cwd"] === "string" ? body["cwd"] : folder;
  const plan = tool === "ExitPlanMode" ? (stringIn(input, "plan") ?? "").trim().split("\n") : undefined;
  const asked = plan ? [`Carry out this plan? ${shorten(plan[0] ?? "", 80)}`] : questions.map(({ question }) => question);
  const what = asked.length > 0 ? asked.join(" ") : nameOf({ name: tool, input }, { paint: paint(false), width: 200, cwd });
  const reason = typeof body["reason"] === "string" && asked.length === 0 ? ` ${body["reason"]}` : "";
  const whose = typeof body["agent"] === "string" ? ` It is asked for ${body["agent"]}.` : "";
  return {
    id: askId,
    tool,
    input,
    cwd,
    rules: listIn(body, "rules").filter((rule) => typeof rule === "string"),
    about: `${what}.${reason}${whose}`.replaceAll("..", ".").replaceAll("?.", "?"),
    choices:
      plan ??
      questions.flatMap(({ question, options }) => [
        question,
        ...options.map(({ label, description }, at) => `  ${at + 1} ${label}${description === "" ? "" : ` · ${description}`}`),
      ]),
    command: (id, ask) =>
      `keel session answer ${shortId(id)} ${shortId(ask)} ${questions.length > 0 ? "--choose …" : "--allow (or --deny)"}`,
  };
}

/** What a run that was parked waits for. Undefined where the log is in memory only. */
export async function parkedAt(id: string, machine: Machine): Promise<readonly Open[]> {
  await using sessions = await openSessions(machine, machine.wall);
  const session = await sessions.find(id, "");
  return typeof session === "string" ? [] : await openQuestions(sessions, session);
}

/** One line: what is asked, and the command that answers it; or what a hook put off, and how it is taken up. */
export function parkedLine(open: readonly Open[], session: string, putOff?: ToolUse): string {
  const [first] = open;
  if (!first)
    return `A hook put off ${putOff ? nameOf(putOff, { paint: paint(false), width: 200, cwd: "" }) : "a call"}. keel -p --resume ${shortId(session)} takes it up again, and asks the hook anew.`;
  const more = open.length > 1 ? ` (and ${open.length - 1} more: keel session show ${shortId(session)})` : "";
  return `Parked until it is answered: ${first.about} Answer it by: ${first.command(session, first.id)}${more}`;
}

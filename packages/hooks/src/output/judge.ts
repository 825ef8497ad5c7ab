/**
 * What the end of one hook means at its event: exit code, printed words, verdict or failure. Rule: only what the event's
 * row allows gets through; a failure opens the gate unless the hook said that it must not.
 */
import type { HookEvent } from "@keelson/protocol";
import type { Ran } from "../action/ran.ts";
import { DIALECTS } from "../dialect/dialects.ts";
import { EVENTS } from "../event/events.ts";
import { isObject } from "../json.ts";
import { firstLine } from "../words.ts";
import { failsShut, gateOf, type Judged } from "./gate.ts";
import { readPrinted, refusalIn } from "./printed.ts";
import type { Verdict } from "./result.ts";
import { saidBy, type SaidVerdict } from "./said.ts";

type Exited = Extract<Ran, { kind: "exited" }>;

export async function judge(ran: Ran, judged: Judged): Promise<Verdict> {
  switch (ran.kind) {
    case "failed":
      return failure(ran.why, judged, ran.timedOut ? "timed_out" : "failed");
    case "verdict":
      return ran.ok ? { ended: "ok", said: {} } : refusal(ran, judged);
    case "answered":
      return printed({ code: 0, stdout: ran.text, stderr: "", cut: false }, judged);
    case "exited":
      return exited(ran, judged);
  }
}

async function exited(ran: Exited, judged: Judged): Promise<Verdict> {
  const { code, stderr } = ran;
  const { event } = judged.hook;
  if (code === 0) return printed(ran, judged);
  if (ran.missing !== undefined)
    return failure(`Its script isn't there: ${ran.missing}. Mend the path in the hook, or install the plugin again.`, judged);
  if (code === 2) return block(ran, judged);
  if (EVENTS[event].failure !== "shuts" && isObject(readPrinted(ran.stdout).json)) return printed(ran, judged);
  if (code === 126) return failure(`Its script can't be run: ${firstLine(stderr)}. Make it executable (chmod +x).`, judged);
  const why = whyIn(ran);
  return failure(`It ended with exit code ${code}${why === "" ? " and gave no reason." : `: ${why}`}`, judged);
}

/** Exit code 2. What it printed still counts beside it, but can't take the block back. */
async function block(ran: Exited, judged: Judged): Promise<Verdict> {
  const isJson = readPrinted(ran.stdout).json !== undefined;
  const { updatedInput: _, reason: given, ...beside } = await printed({ ...ran, stdout: isJson ? ran.stdout : "" }, judged);
  const reason = beside.decision?.reason || given || reasonOf(ran);
  switch (gateOf(judged)) {
    case "blocks":
      return { ...beside, ended: "blocked", decision: { behavior: "deny", reason } };
    case "notice":
      return { ...beside, message: beside.message ?? reason };
    case "nothing":
      return beside;
  }
}

async function printed(ran: Omit<Exited, "kind">, judged: Judged): Promise<SaidVerdict> {
  const { hook, payload } = judged;
  const { plain: kind } = EVENTS[hook.event];
  const read = readPrinted(ran.stdout);
  const { json, plain, broken } = read;
  if (json !== undefined) return saidBy(DIALECTS[hook.dialect].read(json, payload, hook.written), judged);
  if (broken && failsShut(hook)) return failure("What it printed begins like JSON and isn't. Print one JSON object.", judged);
  if (broken && ran.cut) return failure("It printed more than 1 MB of what should be JSON. Print less.", judged);
  if (gateOf(judged) === "blocks" && (broken || kind !== "context")) {
    const reason = refusalIn(read); // where plain words are context, they may speak of anything
    if (reason !== undefined) return { ...refused(reason), problem: `${UNREAD} It says no, and that counts.` };
    if (broken && plain.includes('"')) return { ...heard(plain, kind), problem: `${UNREAD} It says nothing.` };
  }
  return heard(plain, kind);
}

const UNREAD = "What it printed can't be read as JSON: print one object, whole and with nothing beside it.";
const refused = (reason: string): Verdict => ({ ended: "blocked", decision: { behavior: "deny", reason }, said: {} });

function heard(plain: string, kind: (typeof EVENTS)[HookEvent]["plain"]): Verdict {
  if (plain === "" || kind === "nothing") return { ended: "ok", said: {} };
  if (kind === "context") return { ended: "ok", context: plain, said: {} };
  return { ended: "ok", said: { worktreePath: plain.split("\n").at(-1)?.trim() ?? "" } };
}

/** A model said no. What then happens stands in the event's row; a `Stop` that nothing could satisfy isn't held back. */
function refusal({ reason, impossible }: Extract<Ran, { kind: "verdict" }>, { hook: { event, action } }: Judged): Verdict {
  const { refused, failure: failing } = EVENTS[event];
  const goesOn = (action.type === "prompt" || action.type === "agent") && action.continueOnBlock;
  const given = reason || "A hook's condition isn't met.";
  if (refused.length === 0 || (impossible && failing === "opens")) return { ended: "ok", said: {} };
  const ends = refused.includes("end") && !goesOn;
  const denies = refused.includes("deny") || goesOn;
  return { ended: "blocked", ...(denies && { decision: { behavior: "deny", reason: given } }), ...(ends && { stop: given }), said: {} };
}

function failure(why: string, { hook }: Judged, ended: "failed" | "timed_out" = "failed"): Verdict {
  const blocks = failsShut(hook);
  return { ended, problem: why, ...(blocks && { decision: { behavior: "deny", reason: why } }), said: {} };
}

const whyIn = ({ stderr, stdout }: Exited): string => stderr.trim() || readPrinted(stdout).plain;
const reasonOf = (ran: Exited): string => whyIn(ran) || `It ended with exit code ${ran.code} and gave no reason.`;

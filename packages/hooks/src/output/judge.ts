/**
 * What the end of one hook means at its event: exit code, printed words, verdict or failure. Rule: only what the event's
 * row allows gets through; a failure opens the gate unless the hook said that it must not.
 */
import type { Ran } from "../action/ran.ts";
import { DIALECTS } from "../dialect/dialects.ts";
import { EVENTS } from "../event/events.ts";
import { isObject } from "../json.ts";
import { firstLine } from "../words.ts";
import { gateOf, type Judged } from "./gate.ts";
import { readPrinted } from "./printed.ts";
import type { Verdict } from "./result.ts";
import { saidBy, type SaidVerdict } from "./said.ts";

type Exited = Extract<Ran, { kind: "exited" }>;

/** Python's word for a script that isn't there, with the exit code of a block. */
const GONE = /can't open file .*No such file|cannot open .*No such file/;

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
  const gone = ran.missing ?? (code === 2 && GONE.test(stderr) ? firstLine(stderr) : undefined);
  if (gone !== undefined) return failure(`Its script isn't there: ${gone}. Mend the path in the hook, or reinstall the plugin.`, judged);
  if (event === "WorktreeCreate") return { ended: "blocked", decision: { behavior: "deny", reason: reasonOf(ran) }, said: {} };
  if (code === 2) return block(ran, judged);
  if (isObject(readPrinted(ran.stdout).json)) return printed(ran, judged);
  if (code === 126) return failure(`Its script can't be run: ${firstLine(stderr)}. Make it executable (chmod +x).`, judged);
  return failure(`It ended with exit code ${code}: ${reasonOf(ran)}`, judged);
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
  const { json, plain, broken } = readPrinted(ran.stdout);
  if (json !== undefined) return saidBy(DIALECTS[hook.dialect].read(json, payload, hook.written), judged);
  if (broken && hook.failureBlocks) return failure("What it printed begins like JSON and isn't. Print one JSON object.", judged);
  if (broken && ran.cut) return failure("It printed more than 1 MB of what should be JSON. Print less.", judged);
  if (plain === "" || kind === "nothing") return { ended: "ok", said: {} };
  if (kind === "context") return { ended: "ok", context: plain, said: {} };
  return { ended: "ok", said: { worktreePath: plain.split("\n").at(-1)?.trim() ?? "" } };
}

/** A model said no. What then happens stands in the event's row; a `Stop` that nothing could satisfy isn't held back. */
function refusal({ reason, impossible }: Extract<Ran, { kind: "verdict" }>, { hook: { event, action } }: Judged): Verdict {
  const { refused, failsOpen } = EVENTS[event];
  const goesOn = (action.type === "prompt" || action.type === "agent") && action.continueOnBlock;
  const given = reason || "A hook's condition isn't met.";
  if (refused.length === 0 || (impossible && failsOpen)) return { ended: "ok", said: {} };
  const ends = refused.includes("end") && !goesOn;
  const denies = refused.includes("deny") || goesOn;
  return { ended: "blocked", ...(denies && { decision: { behavior: "deny", reason: given } }), ...(ends && { stop: given }), said: {} };
}

function failure(why: string, { hook }: Judged, ended: "failed" | "timed_out" = "failed"): Verdict {
  const { exit2, failsOpen } = EVENTS[hook.event];
  const inBackground = hook.action.type === "command" && hook.action.background !== undefined;
  const blocks = hook.failureBlocks && exit2 === "blocks" && !failsOpen && !inBackground;
  return { ended, problem: why, ...(blocks && { decision: { behavior: "deny", reason: why } }), said: {} };
}

function reasonOf({ stderr, stdout, code }: Exited): string {
  return stderr.trim() || readPrinted(stdout).plain || `It ended with exit code ${code} and gave no reason.`;
}

import { END_REASONS, type EndReason, type JsonObject } from "@keelson/protocol";
import { CAN_GO_ON } from "./ending.ts";
import { objectIn, objectOf, stringIn } from "./json.ts";

/** What a session has to do yet. `cut`: its last words are the model's and were cut, so that it has to be told to go on. */
export type Left = "nothing" | "work" | "cut";

/** Ends of runs that another try takes further. */
const STOPPED: readonly EndReason[] = [...CAN_GO_ON, "model_error", "turn_setup_failed"];

/** How a session stands. `ended`: its last run, where nothing was said since. */
export type Stand = { readonly left: Left; readonly ended?: { readonly reason: EndReason; readonly bound?: string } };

/** Reads an export line by line. A log can be long: only what may tell is parsed. */
export async function standAtEnd(lines: AsyncIterable<string>): Promise<Stand> {
  const unheard = new Set<string>();
  const working = new Set<string>();
  let left: Left = "nothing";
  let ended: Stand["ended"];
  for await (const line of lines) {
    const event = TELLING.test(line) ? objectIn(objectOf(line) ?? {}, "event") : undefined;
    if (event === undefined) continue;
    const inputId = stringIn(event, "inputId") ?? "";
    if (event["type"] === "input.received") unheard.add(inputId);
    if (event["type"] === "context.added") unheard.delete(inputId);
    for (const id of event["type"] === "session.changed" ? withdrawnIn(event) : []) unheard.delete(id);
    if (event["type"] === "agent.started") working.add(stringIn(event, "agentId") ?? "");
    if (event["type"] === "agent.completed") working.delete(stringIn(event, "agentId") ?? "");
    ended = endIn(event);
    left = leftAfter(event, left);
  }
  return { left: unheard.size + working.size > 0 ? "work" : left, ...(ended && { ended }) };
}

function endIn(event: JsonObject): Stand["ended"] {
  const reason = event["type"] === "run.ended" ? END_REASONS.find((one) => one === event["reason"]) : undefined;
  const bound = stringIn(objectIn(event, "totals") ?? {}, "bound");
  return reason && { reason, ...(bound !== undefined && { bound }) };
}

const TELLING =
  /"type":"(?:agent\.started|agent\.completed|input\.received|context\.added|call\.completed|block\.completed|reply\.completed|reply\.dropped|run\.ended)"|"withdrawn":/;

/** Words that were taken back. */
function withdrawnIn(event: JsonObject): readonly string[] {
  const withdrawn = objectIn(event, "change")?.["withdrawn"];
  return Array.isArray(withdrawn) ? withdrawn.map(String) : [];
}

function leftAfter(event: JsonObject, before: Left): Left {
  switch (event["type"]) {
    case "context.added":
    case "call.completed":
    case "reply.dropped":
      return "work";
    case "block.completed":
      return objectIn(event, "block")?.["type"] === "tool_use" ? "work" : "cut";
    case "reply.completed":
      return event["stopReason"] === "end_turn" ? "nothing" : before;
    case "run.ended":
      return STOPPED.some((reason) => reason === event["reason"]) ? before : "nothing";
  }
  return before;
}

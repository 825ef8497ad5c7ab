import type { EndReason, JsonObject } from "@keelson/protocol";
import { CAN_GO_ON } from "./ending.ts";
import { objectIn, objectOf, stringIn } from "./json.ts";

/** What a session has to do yet. `cut`: its last words are the model's and were cut, so that it has to be told to go on. */
export type Left = "nothing" | "work" | "cut";

/** Ends of runs that another try takes further. */
const STOPPED: readonly EndReason[] = [...CAN_GO_ON, "model_error", "turn_setup_failed"];

/** Reads an export line by line. A log can be long: only what may tell is parsed. */
export async function leftAtEnd(lines: AsyncIterable<string>): Promise<Left> {
  const unheard = new Set<string>();
  let left: Left = "nothing";
  for await (const line of lines) {
    const event = TELLING.test(line) ? objectIn(objectOf(line) ?? {}, "event") : undefined;
    if (event === undefined) continue;
    const inputId = stringIn(event, "inputId") ?? "";
    if (event["type"] === "input.received") unheard.add(inputId);
    if (event["type"] === "context.added") unheard.delete(inputId);
    for (const id of event["type"] === "session.changed" ? withdrawnIn(event) : []) unheard.delete(id);
    left = leftAfter(event, left);
  }
  return unheard.size > 0 ? "work" : left;
}

const TELLING =
  /"type":"(?:input\.received|context\.added|call\.completed|block\.completed|reply\.completed|reply\.dropped|run\.ended)"|"withdrawn":/;

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

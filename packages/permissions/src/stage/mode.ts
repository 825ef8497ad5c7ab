// What a mode says about a whole call. Total, so that a new mode can't be forgotten. (acceptEdits covers single effects: see cover.ts.)
import type { Asked, Effect, Mode, Opinion } from "@keelson/protocol";
import { joinAll, say } from "../opinion.ts";

const SAYS: Readonly<Record<Mode, (asked: Asked) => Opinion | undefined>> = {
  default: () => undefined,
  acceptEdits: () => undefined,
  plan: (asked) =>
    joinAll([
      ...asked.call.effects.map((effect) => planSays(effect, asked)),
      asked.call.effects.length === 0 ? unstated(asked) : undefined,
    ]),
  bypassPermissions: () => say("allow", "Mode bypassPermissions allows it."),
};

export const modeSays = (asked: Asked): Opinion | undefined => SAYS[asked.mode](asked);

function planSays(effect: Effect, asked: Asked): Opinion | undefined {
  switch (effect.do) {
    case "write":
    case "delete":
      return say("deny", `Mode plan changes no files (${effect.path}). Finish the plan first.`);
    case "shell":
      return say("ask", "Mode plan runs no command unasked that may change something.");
    case "connect":
    case "unknown":
      return asked.call.readOnly ? undefined : say("deny", `Mode plan only reads, and ${asked.tool} may do more. Finish the plan first.`);
    case "read":
    case "spawn": // an agent's calls are judged by themselves, in the same mode
      return undefined;
  }
}

function unstated(asked: Asked): Opinion | undefined {
  return asked.call.readOnly ? undefined : say("ask", `Mode plan only reads, and ${asked.tool} doesn't say what it touches.`);
}

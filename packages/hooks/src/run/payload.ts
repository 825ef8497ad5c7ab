/** What a hook is told: the common fields, then those of its event, and nothing beside them. */
import type { HookCommon, HookEvent, HookPayloads, Json, JsonObject } from "@keelson/protocol";
import { FIELDS } from "../event/fields.ts";

export type Payload = JsonObject & Pick<HookCommon, "session_id" | "cwd">;

const COMMON = ["session_id", "transcript_path", "cwd", "prompt_id", "permission_mode", "effort", "agent_id", "agent_type"];

/** `given` may say otherwise about the common fields: a sub-agent has a folder and a name of its own. */
export function payloadOf<E extends HookEvent>(event: E, common: HookCommon, given: HookPayloads[E] & Partial<HookCommon>): Payload {
  const { session_id, cwd, ...rest } = { ...common, ...pick(given, COMMON) };
  return { session_id, ...rest, cwd, hook_event_name: event, ...pick(given, Object.keys(FIELDS[event])) };
}

function pick(values: object, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Json] => names.includes(entry[0]) && entry[1] !== undefined),
  );
}

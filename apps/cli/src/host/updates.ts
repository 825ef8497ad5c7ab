import { BEHAVIORS, type Json, type JsonObject } from "@keelson/protocol";
import type { NewRule } from "@keelson/harness";
import { isObject, listIn, stringIn } from "../json.ts";

/** Changes of what is allowed, as a host spells them. `unmet`: what it asked for and doesn't get, a line each. */
export type Updates = { readonly rules: readonly NewRule[]; readonly mode?: string; readonly unmet: readonly string[] };
const NOTHING: Updates = { rules: [], unmet: [] };

/** `Bash(npm test)` ⇒ the entry that a host sends back when its user says "always": all of the rules, which together allow it. */
export function suggestionsFor(rules: readonly string[] = []): readonly JsonObject[] {
  if (rules.length === 0) return [];
  return [{ type: "addRules", rules: rules.map(entryOf), behavior: "allow", destination: "session" }];
}

export function readUpdates(updates: readonly Json[]): Updates {
  return updates.map(readUpdate).reduce<Updates>(
    (all, { rules, mode, unmet }) => ({
      rules: [...all.rules, ...rules],
      unmet: [...all.unmet, ...unmet],
      ...((mode ?? all.mode) !== undefined && { mode: mode ?? all.mode }),
    }),
    NOTHING,
  );
}

function readUpdate(update: Json): Updates {
  const entry = isObject(update) ? update : {};
  const type = stringIn(entry, "type") ?? "";
  switch (type) {
    case "addRules":
      return { rules: rulesIn(entry), unmet: stays(entry) };
    case "replaceRules":
      return { rules: rulesIn(entry), unmet: [...stays(entry), "replaceRules adds rules here; those from before stay."] };
    case "setMode": {
      const mode = stringIn(entry, "mode");
      return { ...NOTHING, ...(mode !== undefined && { mode }) };
    }
    default:
      return { ...NOTHING, unmet: [`The permission update ${JSON.stringify(type)} has no effect yet.`] };
  }
}

function stays(entry: JsonObject): readonly string[] {
  const destination = stringIn(entry, "destination") ?? "session";
  if (["session", "cliArg"].includes(destination)) return [];
  return [`A rule for ${destination} holds for this session only: keel writes no settings.`];
}

function rulesIn(entry: JsonObject): readonly NewRule[] {
  const behavior = BEHAVIORS.find((each) => each === entry["behavior"]);
  if (!behavior) return [];
  return listIn(entry, "rules").flatMap((rule) => {
    const name = isObject(rule) ? stringIn(rule, "toolName") : undefined;
    const content = isObject(rule) ? stringIn(rule, "ruleContent") : undefined;
    return name === undefined ? [] : [{ text: content === undefined || content === "" ? name : `${name}(${content})`, behavior }];
  });
}

function entryOf(rule: string): JsonObject {
  const parts = /^([^(]+)\(([^]*)\)$/.exec(rule);
  return parts ? { toolName: parts[1] ?? "", ruleContent: parts[2] ?? "" } : { toolName: rule };
}

/**
 * What stands on a hook's stdout: JSON when it begins with a brace, else words. Rule: words that stand beside JSON are
 * noise, and an echo of the event says nothing (what nobody knows of isn't read).
 */
import type { JsonObject } from "@keelson/protocol";
import { isObject, parseJson } from "../json.ts";

/** `broken`: it begins like JSON and isn't. */
export type Printed = { readonly json?: JsonObject; readonly plain: string; readonly broken: boolean };

const REFUSES = /"(?:permissionDecision|decision)"\s*:\s*"(?:deny|block)"/;
const REASON = /"(?:permissionDecisionReason|reason)"\s*:\s*("(?:[^"\\]|\\.)*")/;

/** Why it says no, in JSON that was cut off or stands behind other words; undefined where it doesn't. A guard isn't passed by for a noise. */
export function refusalIn({ plain }: Printed): string | undefined {
  const from = /^\s*\{/m.exec(plain)?.index;
  const said = from === undefined ? "" : plain.slice(from);
  if (!REFUSES.test(said)) return undefined;
  const reason = parseJson(REASON.exec(said)?.[1] ?? '""');
  return typeof reason === "string" ? reason : "";
}

export function readPrinted(stdout: string): Printed {
  const text = stdout.trim();
  if (!text.startsWith("{")) return { plain: text, broken: false };
  const whole = parseJson(text);
  if (isObject(whole)) return { json: whole, plain: "", broken: false };
  const lines = text.split("\n").map(parseJson).filter(isObject);
  if (lines.length > 0) return { json: joined(lines), plain: "", broken: false };
  return { plain: /"hook_event_name"\s*:/.test(text) ? "" : text, broken: true };
}

/** Later lines win, but for a refusal: what one line forbids no other allows. */
function joined(lines: readonly JsonObject[]): JsonObject {
  return Object.fromEntries([...lines, ...lines.filter(isRefusal)].flatMap((line) => Object.entries(line)));
}

function isRefusal({ decision, continue: goes, hookSpecificOutput: specific }: JsonObject): boolean {
  const behavior = isObject(specific) ? specific["permissionDecision"] : undefined;
  return decision === "block" || decision === "deny" || goes === false || behavior === "deny";
}

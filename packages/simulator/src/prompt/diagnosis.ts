import type { JsonObject } from "@keelson/protocol";
import { isObject } from "../json.ts";
import { digestIn, settingsOf, type Settings } from "./fingerprint.ts";
import { SECTIONS, tokensUpTo, type Prompt, type Section } from "./prompt.ts";

/**
 * Why the cache missed: a request is compared with the one that the client names by the id of its answer.
 * About what was asked alone, not about what the cache still had. Source: the cache-diagnostics page of platform.claude.com.
 */
export type Diagnosis = { readonly cache_miss_reason: Reason };
type Reason = { readonly type: string; readonly cache_missed_input_tokens?: number };
/** Undefined where the request didn't ask, null where nothing changed. */
export type Diagnose = (model: string, prompt: Prompt, body: JsonObject, id: string) => Diagnosis | null | undefined;

type Remembered = {
  readonly model: string;
  readonly settings: Settings;
  readonly units: readonly { readonly section: Section; readonly digest: string }[];
  readonly tokens: number;
};

/** Only requests that have `diagnostics` are remembered. */
export function openDiagnosis(): Diagnose {
  const asked = new Map<string, Remembered>();
  return (model, prompt, body, id) => {
    const { diagnostics } = body;
    if (!isObject(diagnostics)) return undefined;
    const { previous_message_id: before } = diagnostics;
    const units = prompt.units.map(({ section, text }) => ({ section, digest: digestIn(text) }));
    const now = { model, settings: settingsOf(body, prompt.units), units, tokens: prompt.tokens };
    asked.set(id, now);
    if (typeof before !== "string") return null;
    const then = asked.get(before);
    const reason = then ? reasonFor(then, now, prompt) : { type: "previous_message_not_found" };
    return reason ? { cache_miss_reason: reason } : null;
  };
}

/** The first difference in the order of the prompt; a conversation may only have grown. */
function reasonFor(then: Remembered, now: Remembered, { units }: Prompt): Reason | undefined {
  if (then.model !== now.model || then.settings.system !== now.settings.system) return changed("model", then, 0);
  for (const section of SECTIONS) {
    const [old, fresh] = [then, now].map((one) => one.units.flatMap((unit) => (unit.section === section ? [unit.digest] : [])));
    const differs = old?.findIndex((digest, at) => digest !== fresh?.[at]) ?? -1;
    const shared = differs >= 0 ? differs : (old?.length ?? 0);
    const grew = section !== "messages" && (fresh?.length ?? 0) > shared;
    if (differs < 0 && !grew) continue;
    const before = units.filter((unit) => SECTIONS.indexOf(unit.section) < SECTIONS.indexOf(section)).length;
    return changed(section, then, tokensUpTo(units, before + shared));
  }
  return then.settings.messages === now.settings.messages ? undefined : { type: "unavailable" };
}

const changed = (what: string, then: Remembered, shared: number): Reason => ({
  type: `${what}_changed`,
  cache_missed_input_tokens: then.tokens - shared,
});

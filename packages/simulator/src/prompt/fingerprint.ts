import { createHash, type Hash } from "node:crypto";
import type { JsonObject } from "@keelson/protocol";
import { isObject } from "../json.ts";
import { SECTIONS, type Section, type Unit } from "./prompt.ts";

/**
 * Digests of prompts, grown unit by unit: what stands before a place is the same exactly where its digest is.
 * A request's settings count from the section on that they are rendered into.
 */
export type Settings = Readonly<Record<Section, string>>;

/** What else makes a prompt another one. Source: the prompt-caching page of platform.claude.com (what invalidates the cache). */
export function settingsOf(body: JsonObject, units: readonly Unit[]): Settings {
  const { speed = null, tool_choice = null, thinking, output_config } = body;
  const { type = null, budget_tokens = null } = isObject(thinking) ? thinking : {};
  const effort = isObject(output_config) ? (output_config["effort"] ?? null) : null;
  const images = units.some(({ text }) => text.includes('"type":"image"'));
  return { tools: "", system: JSON.stringify(speed), messages: JSON.stringify([tool_choice, type, budget_tokens, effort, images]) };
}

/** The digests of the prefixes that end with these units. */
export function digestsAt(units: readonly Unit[], settings: Settings, wanted: ReadonlySet<number>): ReadonlyMap<number, string> {
  const hash = createHash("sha256");
  const digests = new Map<number, string>();
  const rendered = new Set<Section>();
  const end = Math.max(-1, ...wanted);
  for (const [index, { section, text }] of units.slice(0, end + 1).entries()) {
    for (const reached of SECTIONS.slice(0, SECTIONS.indexOf(section) + 1)) {
      if (!rendered.has(reached)) hash.update(`\n${reached} ${settings[reached]}\n`);
      rendered.add(reached);
    }
    hash.update(`${text}\n`);
    if (wanted.has(index)) digests.set(index, digestOf(hash.copy()));
  }
  return digests;
}

export const digestOf = (hash: Hash): string => hash.digest("base64url").slice(0, 22);

export const digestIn = (text: string): string => digestOf(createHash("sha256").update(text));

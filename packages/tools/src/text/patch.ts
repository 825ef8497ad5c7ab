/** What changed in a file, for people. Bounded: a change too large to read isn't computed. */
import type { JsonObject } from "@keelson/protocol";
import { linesOf } from "./lines.ts";

const MOST_CHANGES = 2_000; // inserted and deleted lines
const MOST_TEXT = 4 * 1024 * 1024; // characters, before and after together
const MOST_PATCH = 100_000; // characters

export async function patchOf(path: string, before: string, after: string): Promise<JsonObject> {
  const { createPatch } = await import("diff"); // not before the first change: start-up doesn't pay for it
  const short = before.length + after.length <= MOST_TEXT;
  const patch = short ? createPatch(path, before, after, "", "", { context: 3, maxEditLength: MOST_CHANGES }) : undefined;
  if (patch !== undefined && patch.length <= MOST_PATCH) return { kind: "diff", path, patch };
  const lines = (words: string): number => linesOf(words).length;
  return { kind: "diff", path, patch: "", note: `Too large to show: ${lines(before)} lines became ${lines(after)}.` };
}

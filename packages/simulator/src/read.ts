import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { z } from "zod";
import { scenarioFile } from "./schema/scenario.ts";
import type { Scenario } from "./script.ts";

/** A scenario, or every mistake in it, a line each: which reply, which block, which field. */
export type ScenarioRead = { readonly ok: true; readonly scenario: Scenario } | { readonly ok: false; readonly error: string };

/** Reads a scenario from its text, or from what JSON.parse made of it. `name` stands in messages, now and while it is played. */
export function readScenario(source: unknown, name: string): ScenarioRead {
  let value = source;
  if (typeof source === "string") {
    try {
      value = JSON.parse(source);
    } catch (error) {
      return { ok: false, error: `${name} is not JSON: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  const parsed = scenarioFile.safeParse(value);
  if (parsed.success) {
    const { $schema: _, replies = [], ...rest } = parsed.data;
    return { ok: true, scenario: { ...rest, replies, name } };
  }
  const mistakes = parsed.error.issues.map((issue) => `- ${[...where(issue.path), issue.message].join(": ")}`);
  return { ok: false, error: [`${name} is not a scenario that can be played:`, ...mistakes].join("\n") };
}

/** Reads a scenario file; one that can't be read is an outcome too. */
export async function loadScenario(path: string): Promise<ScenarioRead> {
  try {
    return readScenario(await readFile(path, "utf8"), basename(path));
  } catch (error) {
    return { ok: false, error: `Can't read the scenario ${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** `["replies", 1, "blocks", 0, "tool"]` is "reply 2, block 1, tool". */
function where(path: z.core.$ZodIssue["path"]): readonly string[] {
  const words: string[] = [];
  for (const [at, key] of path.entries()) {
    const next = path[at + 1];
    const singular = SINGULAR[String(key)];
    if (typeof key === "number" && SINGULAR[String(path[at - 1])] !== undefined) continue;
    words.push(singular !== undefined && typeof next === "number" ? `${singular} ${next + 1}` : String(key));
  }
  return words.length === 0 ? [] : [words.join(", ")];
}

const SINGULAR: Readonly<Record<string, string>> = { replies: "reply", blocks: "block", sessions: "session" };

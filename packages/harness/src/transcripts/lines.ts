import type { Json, JsonObject } from "@keelson/protocol";

/** The objects of a JSON Lines text; a line that isn't one is counted, not fatal: other programs' files end in torn lines too. */
export function objectsIn(text: string): { readonly objects: readonly JsonObject[]; readonly skipped: number } {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  const objects: JsonObject[] = [];
  let skipped = 0;
  for (const line of lines) {
    if (line.trim() === "") continue;
    const object = parse(line);
    if (object) objects.push(object);
    else skipped++;
  }
  return { objects, skipped };
}

function parse(line: string): JsonObject | undefined {
  try {
    const value: Json = JSON.parse(line);
    return objectOf(value);
  } catch {
    return undefined;
  }
}

export function objectOf(value: Json | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export const stringOf = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);

/** Milliseconds since the epoch of an ISO time; `otherwise` where there is none. */
export function timeOf(value: Json | undefined, otherwise: number): number {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? otherwise : time;
}

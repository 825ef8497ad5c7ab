import type { Json, JsonObject } from "@keelson/protocol";

/** JSON that somebody else wrote, looked at field by field: what isn't of the wanted kind isn't there. */
export function objectOf(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // whoever reads says what it wanted
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectIn(from: JsonObject, key: string): JsonObject | undefined {
  const value = from[key];
  return isObject(value) ? value : undefined;
}

export function stringIn(from: JsonObject, key: string): string | undefined {
  const value = from[key];
  return typeof value === "string" ? value : undefined;
}

export function listIn(from: JsonObject, key: string): readonly Json[] {
  const value = from[key];
  return Array.isArray(value) ? value : [];
}

import type { Json, JsonObject } from "@keelson/protocol";

/** For values that came out of JSON.parse. */
export const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

import type { JsonObject } from "@keelson/protocol";

/** For values that came out of JSON.parse. */
export const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

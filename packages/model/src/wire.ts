import type { Block, Json, JsonObject } from "@keelson/protocol";

/** Reads what came over the wire: nothing about its shape is believed, nothing about it throws. */
export const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
export const isBlock = (value: Json | undefined): value is Block => isObject(value) && typeof value["type"] === "string";
export const objectIn = (value: unknown): JsonObject => (isObject(value) ? value : {});
export const textIn = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** A count that was really counted: absent, null and zero say nothing against what is known already. */
export const countIn = (value: Json | undefined, known = 0): number => (typeof value === "number" && value > 0 ? value : known);

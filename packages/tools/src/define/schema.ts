/** The schema as the model sees it, and the small mistakes that models make with it. */
import * as z from "zod/mini";
import type { Json, JsonObject } from "@keelson/protocol";

/** Keys that aren't named are announced as unwelcome, and dropped when they come all the same. */
export function printSchema(schema: z.core.$ZodType): JsonObject {
  const { $schema: _, ...printed } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum; // zod's own bounds of an integer say nothing
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return { ...(JSON.parse(JSON.stringify(printed)) as JsonObject), additionalProperties: false };
}

/** "10" for 10, "true" for true, a list as a text of JSON, and null for what may be left out: understood, for the schema says what was meant. */
export function lenient(raw: Json, schema: JsonObject): Json {
  const { properties, required } = schema;
  if (!isObject(raw) || !isObject(properties)) return raw;
  const needed = Array.isArray(required) ? required : [];
  const entries = Object.entries(raw).filter(([name, value]) => value !== null || needed.includes(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, meant(value, properties[name])]));
}

function meant(value: Json, wanted: Json | undefined): Json {
  if (!isObject(wanted)) return value;
  const { type, items } = wanted;
  if (type === "object") return lenient(value, wanted);
  if (type === "array") {
    const list = typeof value === "string" ? listIn(value) : value;
    return Array.isArray(list) ? list.map((one: Json) => meant(one, items)) : value;
  }
  if (typeof value !== "string") return value;
  if ((type === "integer" || type === "number") && /^\s*-?\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  if (type === "boolean" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  return value;
}

function listIn(words: string): Json {
  try {
    return JSON.parse(words) as Json;
  } catch {
    return words;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

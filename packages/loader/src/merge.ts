/** Many layers, one object. Rule: highest first; scalars of the highest win, objects merge, lists join without doubles. */
import type { Json, JsonObject } from "@keelson/protocol";
import { isObject } from "./json.ts";

/** The whole value of the highest layer, though it may be a list: a chain of fallbacks is one thought. */
const WHOLE = ["fallbackModel"];

export function merge(layers: readonly JsonObject[]): JsonObject {
  const keys = new Set(layers.flatMap((layer) => Object.keys(layer)));
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      join(
        key,
        layers.flatMap((layer) => (Object.hasOwn(layer, key) ? [layer[key] ?? null] : [])),
      ),
    ]),
  );
}

/** `permissions.deny`: the value at a path of keys, none of which holds a dot. */
export function valueIn(settings: JsonObject, path: string): Json | undefined {
  return path
    .split(".")
    .reduce<Json | undefined>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), settings);
}

function join(key: string, values: readonly Json[]): Json {
  const [highest = null] = values;
  if (WHOLE.includes(key)) return highest;
  if (isObject(highest)) return merge(values.filter(isObject));
  return Array.isArray(highest) ? distinct(values.filter((value) => Array.isArray(value)).flat()) : highest;
}

function distinct(values: readonly Json[]): readonly Json[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

import type { JsonObject } from "@keelson/protocol";
import { structureOf } from "../structured.ts";

/** Why a JSON Schema can't be what a final answer must fit, in words; undefined when it can. */
export async function refuseSchema(schema: JsonObject): Promise<string | undefined> {
  const structure = await structureOf(schema);
  return typeof structure === "string" ? structure : undefined;
}

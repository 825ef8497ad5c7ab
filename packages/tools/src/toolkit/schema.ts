/** An author's input schema, of whatever kind, as the one kind that tools are made of. */
import * as z from "zod";
import type { JsonObject } from "@keelson/protocol";

/** See standardschema.dev. */
export type StandardSchema = {
  readonly "~standard": {
    readonly version: 1;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
    readonly jsonSchema?: { readonly input: (options: { readonly target: string }) => unknown };
  };
};
type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };
export type InputSchema = StandardSchema | JsonObject;
type Asked = { readonly input?: InputSchema; readonly inputSchema?: JsonObject };
type Input = { readonly input: z.core.$ZodType; readonly inputSchema?: JsonObject };

/** Throws with what is wrong. */
export function inputOf(name: string, { input, inputSchema }: Asked): Input {
  if (input === undefined) return { input: z.object({}) };
  if (isZod(input)) return { input, ...(inputSchema && { inputSchema }) };
  if (isStandard(input)) {
    const printed = inputSchema ?? input["~standard"].jsonSchema?.input({ target: "draft-2020-12" });
    if (!isObjectSchema(printed)) throw new Error(`${name} needs an inputSchema: its schema can't be shown to a model by itself`);
    return { input: byStandard(name, input), inputSchema: printed };
  }
  if (!isObjectSchema(input)) throw new Error(`the input of ${name} is no schema of an object`);
  return { input: z.fromJSONSchema(input), inputSchema: input };
}

const isZod = (input: object): input is z.core.$ZodType => "_zod" in input;
const isStandard = (input: object): input is StandardSchema => "~standard" in input;
const isObjectSchema = (schema: unknown): schema is JsonObject =>
  typeof schema === "object" && schema !== null && "type" in schema && schema.type === "object";

function byStandard(name: string, { "~standard": { validate } }: StandardSchema): z.core.$ZodType {
  return z.unknown().transform((value, { issues }) => {
    const result = validate(value);
    if (result instanceof Promise) throw new Error(`The schema of ${name} looks at its input later on, which no call can wait for.`);
    if (!result.issues) return result.value;
    for (const { message, path = [] } of result.issues)
      issues.push({ code: "custom", message, input: value, path: path.map((part) => keyOf(part)) });
    return z.NEVER;
  });
}

/** A part of a path is a key, or an object that holds one. */
function keyOf(part: unknown): string | number {
  const key = typeof part === "object" && part !== null && "key" in part ? part.key : part;
  return typeof key === "number" ? key : String(key);
}

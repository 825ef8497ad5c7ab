/**
 * The edge: what a hook may say, field by field. Rule: a field that isn't what it should be is left out and told about,
 * and takes nothing else with it; so a typo beside a denial doesn't undo the denial.
 */
import type { HookEvent, Json, JsonObject } from "@keelson/protocol";
import { z } from "zod";
import { EVENTS, type SpecificField } from "../event/events.ts";
import { isObject } from "../json.ts";

const json = z.json();
const object = z.record(z.string(), json);
const BEHAVIOR = z.enum(["allow", "deny", "ask", "defer"]);

const UNIVERSAL = {
  continue: z.boolean().exactOptional(),
  stopReason: z.string().exactOptional(),
  suppressOutput: z.boolean().exactOptional(),
  systemMessage: z.string().exactOptional(),
  /** Only titles, notifications and the bell: OSC 0, 1, 2, 9, 99, 777. */
  terminalSequence: z
    .string()
    .regex(/^(?:\u001b\](?:0|1|2|9|99|777);[^\u0000-\u001f\u007f-\u009f]*(?:\u0007|\u001b\\)|\u0007)+$/)
    .exactOptional(),
  decision: z.enum(["block", "deny", "approve", "allow"]).exactOptional(),
  reason: z.string().exactOptional(),
};

const SPECIFIC = {
  additionalContext: z.string().exactOptional(),
  permissionDecision: BEHAVIOR.exactOptional(),
  permissionDecisionReason: z.string().exactOptional(),
  updatedInput: object.exactOptional(),
  decision: z
    .discriminatedUnion("behavior", [
      z.looseObject({
        behavior: z.literal("allow"),
        updatedInput: object.exactOptional(),
        updatedPermissions: z.array(object).exactOptional(),
      }),
      z.looseObject({ behavior: z.literal("deny"), message: z.string().exactOptional(), interrupt: z.boolean().exactOptional() }),
    ])
    .exactOptional(),
  initialUserMessage: z.string().exactOptional(),
  sessionTitle: z.string().exactOptional(),
  watchPaths: z.array(z.string()).exactOptional(),
  reloadSkills: z.boolean().exactOptional(),
  suppressOriginalPrompt: z.boolean().exactOptional(),
  displayContent: z.string().exactOptional(),
  retry: z.boolean().exactOptional(),
  classifierContext: z.string().exactOptional(),
  updatedToolOutput: json.exactOptional(),
  updatedMCPToolOutput: json.exactOptional(),
  worktreePath: z.string().min(1).exactOptional(),
  action: z.enum(["accept", "decline", "cancel"]).exactOptional(),
  content: object.exactOptional(),
};

const universalSchema = z.object(UNIVERSAL);
const specificSchema = z.object(SPECIFIC satisfies Readonly<Record<SpecificField, z.ZodType>>);

/** `wrong`: names of fields that were left out. */
export type Said = {
  readonly universal: z.output<typeof universalSchema>;
  readonly specific: z.output<typeof specificSchema>;
  readonly wrong: readonly string[];
};

export function readSaid(event: HookEvent, printed: JsonObject): Said {
  const { hookSpecificOutput: own } = printed;
  const names: readonly string[] = EVENTS[event].says;
  const specific = isObject(own) ? Object.fromEntries(Object.entries(own).filter(([name]) => names.includes(name))) : {};
  const wrongHere = wrongIn(UNIVERSAL, printed);
  const wrongThere = wrongIn(SPECIFIC, specific);
  return {
    universal: universalSchema.parse(without(printed, wrongHere)),
    specific: specificSchema.parse(without(specific, wrongThere)),
    wrong: [...wrongHere, ...wrongThere, ...(own === undefined || isObject(own) ? [] : ["hookSpecificOutput"])],
  };
}

function wrongIn(shape: Readonly<Record<string, z.ZodType>>, values: JsonObject): readonly string[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const value: Json | undefined = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined || schema.safeParse(value).success ? [] : [name];
  });
}

const without = (values: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

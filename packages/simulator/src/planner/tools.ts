import type { Json, JsonObject } from "@keelson/protocol";
import { isObject, listOf } from "../json.ts";

/** The tools that a request offers, under whatever case their names have, and with whatever their inputs are called. */
export type Toolbox = (tool: ToolName) => Offered | undefined;
/** Spells an input for the tool as it is: what it knows no field for is left out. `lacks`: what it needs, and doesn't get so. */
type Offered = {
  readonly name: string;
  readonly spell: (input: JsonObject) => JsonObject;
  readonly lacks: (input: JsonObject) => readonly string[];
};
export type ToolName = "Read" | "Glob" | "Grep" | "Bash" | "Edit" | "Write";

/** The usual name of each field first. */
const FIELDS: readonly (readonly string[])[] = [
  ["file_path", "path", "filePath", "filename"],
  ["pattern", "regex", "query"],
  ["path", "directory", "folder"],
  ["command", "cmd"],
  ["old_string", "oldText", "old_str"],
  ["new_string", "newText", "new_str"],
  ["content", "text", "file_text"],
];

export function toolboxOf(tools: Json | undefined): Toolbox {
  const offered = listOf(tools).filter(isObject);
  return (wanted) => {
    const tool = offered.find(({ name }) => String(name).toLowerCase() === wanted.toLowerCase());
    if (!tool) return undefined;
    const { properties, required } = isObject(tool["input_schema"]) ? tool["input_schema"] : {};
    const known = isObject(properties) ? Object.keys(properties) : undefined;
    const spell = (input: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(input).flatMap(([field, value]) => spelled(field, known).map((name) => [name, value])));
    const lacks = (input: JsonObject): readonly string[] =>
      listOf(required)
        .map(String)
        .filter((field) => !Object.hasOwn(spell(input), field));
    return { name: String(tool["name"]), spell, lacks };
  };
}

function spelled(field: string, known: readonly string[] | undefined): readonly string[] {
  if (known === undefined || known.includes(field)) return [field];
  const others = FIELDS.find(([usual]) => usual === field) ?? [];
  return others.filter((name) => known.includes(name)).slice(0, 1);
}

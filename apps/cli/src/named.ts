import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { JsonObject, SessionSummary } from "@keelson/protocol";
import { refuseSchema, type Flags } from "@keelson/harness";
import type { Run } from "./asked.ts";
import { FAILED, USAGE } from "./exit.ts";
import { isObject, objectOf } from "./json.ts";
import type { Machine } from "./machine.ts";
import { isUuid } from "./option-values.ts";

/** The flags with what stands in the files and the session that the command line names; or why it can't be used, and what the shell is told. */
export type NamedRead = { readonly ok: true; readonly flags: Flags } | Unusable;
type Unusable = { readonly ok: false; readonly text: string; readonly code: number; readonly several?: readonly SessionSummary[] };
type Read<T> = { readonly ok: true; readonly value: T } | Unusable;

export async function readNamed({ flags, named }: Pick<Run, "flags" | "named">, machine: Machine, cwd: string): Promise<NamedRead> {
  let read: Flags = flags;
  for (const [key, file] of [
    ["systemPrompt", named.systemPromptFile],
    ["appendSystemPrompt", named.appendSystemPromptFile],
  ] as const) {
    if (file === undefined) continue;
    const content = await contentOf(file, cwd);
    if (!content.ok) return content;
    read = { ...read, [key]: content.value };
  }
  if (typeof flags.resume === "object" && !isUuid(flags.resume.id)) {
    const found = await (await import("./resume.ts")).findResumed(flags.resume.id, machine, cwd);
    if (!found.ok) return { ...found, code: found.several ? USAGE : FAILED };
    read = { ...read, resume: found.resume };
  }
  if (named.agents !== undefined) {
    const agents = await agentsOf(named.agents, cwd);
    if (!agents.ok) return agents;
    read = { ...read, agents: agents.value };
  }
  if (named.jsonSchema === undefined) return { ok: true, flags: read };
  const schema = await schemaOf(named.jsonSchema, cwd);
  return schema.ok ? { ok: true, flags: { ...read, jsonSchema: schema.value } } : schema;
}

async function contentOf(file: string, cwd: string): Promise<Read<string>> {
  try {
    return { ok: true, value: await readFile(resolve(cwd, file), "utf8") };
  } catch (error) {
    return { ok: false, text: `${file} can't be read: ${error instanceof Error ? error.message : String(error)}`, code: USAGE };
  }
}

/** A schema that can't be used ends with 1, not 2: so programs that hand one over expect it. */
async function schemaOf(named: string, cwd: string): Promise<Read<JsonObject>> {
  const inline = /^\s*[{["]/.test(named);
  const text: Read<string> = inline ? { ok: true, value: named } : await contentOf(named, cwd);
  if (!text.ok) return { ...text, code: FAILED };
  const schema = objectOf(text.value);
  const why = schema === undefined ? "It is not a JSON object." : await refuseSchema(schema);
  if (schema && why === undefined) return { ok: true, value: schema };
  return { ok: false, text: `The JSON Schema ${inline ? "" : `in ${named} `}can't be used: ${why}`, code: FAILED };
}

/** Kinds of agents by name, each an object with the fields of an agent's file, its text as `prompt`. */
async function agentsOf(named: string, cwd: string): Promise<Read<NonNullable<Flags["agents"]>>> {
  const inline = /^\s*[{["]/.test(named);
  const text: Read<string> = inline ? { ok: true, value: named } : await contentOf(named, cwd);
  if (!text.ok) return text;
  const agents = objectOf(text.value);
  const kinds = Object.entries(agents ?? {}).flatMap(([name, fields]) => (isObject(fields) ? [[name, fields] as const] : []));
  if (agents && kinds.length === Object.keys(agents).length) return { ok: true, value: Object.fromEntries(kinds) };
  const where = inline ? "--agents" : `${named} (--agents)`;
  return {
    ok: false,
    text: `${where} wants a JSON object of agents by name: {"reviewer": {"description": "…", "prompt": "…"}}.`,
    code: USAGE,
  };
}

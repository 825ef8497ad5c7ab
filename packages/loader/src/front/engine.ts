/**
 * gray-matter made safe: YAML 1.2 core by `yaml`, JSON as it is, and no other language, least of all one that is code.
 * Rule: options are always handed over, since without them it answers from a cache that forgets errors. Loaded when a head needs it.
 */
import type { Json, JsonObject } from "@keelson/protocol";
import matter from "gray-matter";
import { parseDocument as parseYaml } from "yaml";

export type Parsed =
  | { readonly ok: true; readonly fields: JsonObject }
  | { readonly ok: false; readonly line: number; readonly why: string };

const ALIASES = 50;
const DEEPEST = 50;
const MOST_BLANK = 200;
type Engine = { parse: (text: string) => object; stringify: () => string };

const refuse = (): never => {
  throw new Error("is code, and a head isn't run");
};
const never: Engine = { parse: refuse, stringify: refuse };
const json = (text: string): object => objectOf(JSON.parse(text));
/** By every name that gray-matter has an engine or another name for. */
const ENGINES: Readonly<Record<string, Engine>> = {
  yaml: { parse: readYaml, stringify: refuse },
  json: { parse: json, stringify: refuse },
  javascript: never,
  js: never,
  coffee: never,
  cson: never,
  toml: never,
};

/** `language`: what stands behind the first `---`; nothing means YAML. `line` counts from the first line of the head. */
export function parseHead(head: string, language: string): Parsed {
  try {
    const { data } = matter(`---${language}\n${thin(head)}\n---\n`, { engines: { ...ENGINES }, language: "yaml" });
    return { ok: true, fields: plainOf(data) };
  } catch (error) {
    const at = typeof error === "object" && error !== null && "linePos" in error ? error.linePos : undefined;
    const line = Array.isArray(at) && typeof at[0]?.line === "number" ? at[0].line : 1;
    return { ok: false, line, why: error instanceof Error ? (error.message.split("\n")[0] ?? "") : "can't be read" };
  }
}

/** gray-matter looks at a run of blank lines once for each of them: nobody means more than these. */
function thin(head: string): string {
  let blank = 0;
  const kept = head.split("\n").filter((line) => (blank = line.trim() === "" ? blank + 1 : 0) <= MOST_BLANK);
  return kept.join("\n");
}

/** One piece of a head. Undefined when it isn't a map. */
export function parsePiece(text: string): JsonObject | undefined {
  try {
    return plainOf(readYaml(text));
  } catch {
    return undefined; // the caller takes the text as it is
  }
}

function readYaml(text: string): object {
  const document = parseYaml(text.replace(/^\n/, ""), {
    version: "1.2",
    schema: "core",
    merge: false,
    prettyErrors: true,
    logLevel: "silent",
  });
  const [error] = document.errors;
  if (error) throw error;
  return objectOf(document.toJS({ maxAliasCount: ALIASES }));
}

function objectOf(value: unknown): object {
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw new Error("holds no fields: each line must be `name: value`");
  return value;
}

/** JSON and nothing else: what YAML has beyond it becomes text. */
function plainOf(value: object): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonOf(inner, DEEPEST)]));
}

function jsonOf(value: unknown, levels: number): Json {
  if (value === null || value === undefined || levels === 0) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((inner) => jsonOf(inner, levels - 1));
  if (typeof value !== "object") return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonOf(inner, levels - 1)]));
}

import type { Json, JsonObject } from "@keelson/protocol";
import { isObject, listOf } from "../json.ts";
import { tokensFor } from "../tokens.ts";

/**
 * What the model reads of a request, in the order it reads it: tools, system, messages.
 * Two requests that mean the same are the same here: marks, nulls, the order of a block's own fields and short spellings don't count.
 * Inside of an input or a schema the order of keys does.
 */
export type Prompt = { readonly units: readonly Unit[]; readonly tokens: number };
export type Unit = {
  readonly section: Section;
  /** As error messages name it: `messages.2.content.0`. */
  readonly path: string;
  /** Of its message; empty in front of the messages. */
  readonly role: string;
  /** The block's type; `tool` for a tool. */
  readonly kind: string;
  readonly text: string;
  readonly bytes: number;
  /** The block itself, where it may have to be looked at. */
  readonly block: JsonObject;
  /** On it, or on something inside it. */
  readonly marks: readonly Mark[];
};
export const SECTIONS = ["tools", "system", "messages"] as const;
export type Section = (typeof SECTIONS)[number];
/** `lifetime` is undefined where the mark doesn't name one that there is. */
export type Mark = { readonly path: string; readonly lifetime: Lifetime | undefined };
export type Lifetime = "5m" | "1h";

export function promptOf(body: JsonObject): Prompt {
  const tools = listOf(body["tools"]).map((tool, at) => unitOf("tools", `tools.${at}`, asObject(tool)));
  const system = blocksOf(body["system"]).map((block, at) => unitOf("system", `system.${at}`, block));
  const messages = listOf(body["messages"]).flatMap((message, at) => {
    const { role = "", content } = asObject(message);
    return blocksOf(content).map((block, index) => unitOf("messages", `messages.${at}.content.${index}`, block, String(role)));
  });
  return promptFrom([...tools, ...system, ...messages]);
}

export const promptFrom = (units: readonly Unit[]): Prompt => ({ units, tokens: tokensUpTo(units, units.length) });

/** Tokens of the first `count` units: what stands before a place, and all of them where it is the end. */
export const tokensUpTo = (units: readonly Unit[], count: number): number =>
  count === 0 ? 0 : tokensFor(units.slice(0, count).reduce((sum, { bytes }) => sum + bytes, 0));

/** How a block is compared, whoever spelled it. */
export const spelling = (block: JsonObject, role: string = ""): string => `${role}${JSON.stringify(plain(block))}`;

export function markOf(value: Json | undefined, path: string): readonly Mark[] {
  if (!isObject(value)) return [];
  const { type, ttl = "5m" } = value;
  return [{ path: `${path}.cache_control`, lifetime: type === "ephemeral" && (ttl === "5m" || ttl === "1h") ? ttl : undefined }];
}

function unitOf(section: Section, path: string, block: JsonObject, role: string = ""): Unit {
  const text = spelling(block, role);
  const inside = blocksOf(block["content"]).flatMap((inner, at) => markOf(inner["cache_control"], `${path}.content.${at}`));
  return {
    section,
    path,
    role,
    kind: section === "tools" ? "tool" : String(block["type"]),
    text,
    bytes: Buffer.byteLength(text),
    block,
    marks: [...markOf(block["cache_control"], path), ...inside],
  };
}

/** Runs for every block of every request: plain loops, on purpose. */
function plain(block: JsonObject): JsonObject {
  const said: Record<string, Json> = {};
  for (const key of Object.keys(block).toSorted()) {
    const value = block[key] ?? null;
    if (value === null || key === "cache_control" || (key === "is_error" && value === false)) continue;
    said[key] = key === "content" && block["type"] === "tool_result" ? blocksOf(value).map(plain) : value;
  }
  return said;
}

/** A bare string is one text. */
const blocksOf = (content: Json | undefined): readonly JsonObject[] =>
  typeof content === "string" ? (content === "" ? [] : [{ type: "text", text: content }]) : listOf(content).map(asObject);

const asObject = (value: Json): JsonObject => (isObject(value) ? value : {});

import type { Envelope, Json } from "@keelson/protocol";

/**
 * What is large leaves its line and is stored once, by its hash: strings and parts of an event over 64 KiB, and what is base64 always.
 * A token stands in its place, so that who reads a line gets the same value back, byte for byte.
 */
const PACK_OVER = 64 * 1024;

/** `mark` begins every token, and nothing else in the value: it is chosen so. */
export type Packed = { readonly json: string; readonly mark: string };
type As = "base64" | "text" | "json";
export type Put = (bytes: Uint8Array) => string;
export type Get = (digest: string, as: string) => Uint8Array | undefined;

export const mayNeedPacking = (json: string): boolean => json.length > PACK_OVER / 3 || json.includes('"base64"');

/** Undefined when nothing in it is large. `json`: the value as it is written. Of what isn't an event only the strings are looked at. */
export function pack(value: Envelope | Json, json: string, put: Put): Packed | undefined {
  const mark = markFor(json);
  let stored = 0;
  const out = (as: As, bytes: Uint8Array): string => {
    stored++;
    return `${mark}${as}:${put(bytes)}`;
  };
  let packed = JSON.stringify(value, function (this: unknown, key: string, part: unknown) {
    if (typeof part !== "string") return part;
    if (key === "data" && isBase64(this)) return outOf64(part, out);
    return isLong(part) ? outOfText(part, out) : part;
  });
  if (isLong(packed) && isEvent(value)) packed = packParts(packed, out);
  return stored === 0 ? undefined : { json: packed, mark };
}

/** What is large by its many small parts: as a whole, with the tokens that are in it. */
function packParts(json: string, out: (as: As, bytes: Uint8Array) => string): string {
  const root: unknown = JSON.parse(json);
  return JSON.stringify(root, function (this: unknown, _, part: unknown) {
    if (!isEvent(root) || this !== root.event || typeof part !== "object" || part === null) return part;
    const whole = JSON.stringify(part);
    return isLong(whole) ? out("json", Buffer.from(whole)) : part;
  });
}

/** `lost` hears the name of what can't be had; a text that says so stands in its place. */
export function unpack(json: string, mark: string, get: Get, lost: (digest: string) => void): unknown {
  const revive = (_: string, part: unknown): unknown => {
    if (typeof part !== "string" || !part.startsWith(mark)) return isLostMedia(part) ? { type: "text", text: GONE } : part;
    const [as = "", digest = ""] = part.slice(mark.length).split(":");
    const bytes = get(digest, as);
    if (!bytes) lost(digest);
    if (!bytes) return GONE;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(as === "base64" ? "base64" : "utf8");
    return as === "json" ? JSON.parse(text, revive) : text;
  };
  return JSON.parse(json, revive);
}

const GONE = "[What stood here is lost: the file that held it is missing or damaged.]";

/** A picture without its bytes would be refused by the model's endpoint, with all that stands beside it. */
function isLostMedia(part: unknown): boolean {
  return typeof part === "object" && part !== null && "source" in part && isBase64(part.source) && part.source.data === GONE;
}

function outOf64(data: string, out: (as: As, bytes: Uint8Array) => string): string {
  const bytes = Buffer.from(data, "base64");
  return bytes.toString("base64") === data ? out("base64", bytes) : outOfText(data, out);
}

function outOfText(words: string, out: (as: As, bytes: Uint8Array) => string): string {
  const bytes = Buffer.from(words);
  return bytes.toString() === words ? out("text", bytes) : out("json", Buffer.from(JSON.stringify(words))); // half a surrogate pair isn't UTF-8
}

function isBase64(holder: unknown): holder is { readonly data: unknown } {
  return typeof holder === "object" && holder !== null && "type" in holder && holder.type === "base64" && "data" in holder;
}

const isEvent = (value: unknown): value is { readonly event: unknown } => typeof value === "object" && value !== null && "event" in value;

/** In bytes of UTF-8; a character has one to three for each unit of its length. */
const isLong = (words: string): boolean =>
  words.length * 3 > PACK_OVER && (words.length > PACK_OVER || Buffer.byteLength(words) > PACK_OVER);

function markFor(json: string): string {
  let mark = "blob:";
  for (let tries = 1; json.includes(mark); tries++) mark = `blob${tries}:`;
  return mark;
}

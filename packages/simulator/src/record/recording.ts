import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";

/**
 * A recording: a file of lines of JSON. The first says what it is, each other one is a request and its answer, in the order they ended.
 * Answers are the bytes that came, with the time each of them came at.
 */
const headSchema = z.object({
  "keel-recording": z.literal(1, { error: "must be 1, the version of the format that this keelson plays" }),
  upstream: z.string(),
});
const exchangeSchema = z.object({
  /** Which request it was, from 1. */
  n: z.int().min(1),
  /** Of requests for a message: which conversation it belongs to. */
  conversation: z.object({ key: z.string(), session: z.string().exactOptional(), begins: z.string() }).exactOptional(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    model: z.string().exactOptional(),
    tools: z.array(z.string()).readonly().exactOptional(),
    /** How many there were; `said` are those that the conversation's request before didn't have. */
    messages: z.int().exactOptional(),
    said: z.array(z.unknown()).readonly().exactOptional(),
  }),
  answer: z.object({
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).readonly(),
    /** Milliseconds since the request came in, and what came: as text, or in base64 where it isn't whole characters. */
    chunks: z.array(z.tuple([z.number(), z.union([z.string(), z.object({ base64: z.string() })])]).readonly()).readonly(),
    /** `cut`: the connection broke; `left`: the client didn't wait for the rest. */
    end: z.enum(["whole", "cut", "left"]),
  }),
});
export type Head = z.output<typeof headSchema>;
export type Exchange = z.output<typeof exchangeSchema>;
export type Recording = { readonly name: string; readonly exchanges: readonly Exchange[] };

/** A recording, or what is wrong with it and in which line. */
export type RecordingRead = { readonly ok: true; readonly recording: Recording } | { readonly ok: false; readonly error: string };

export async function loadRecording(path: string): Promise<RecordingRead> {
  try {
    return readRecording(await readFile(path, "utf8"), basename(path));
  } catch (error) {
    return { ok: false, error: `Can't read the recording ${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export function readRecording(text: string, name: string): RecordingRead {
  const [first = "", ...rest] = text.split("\n").filter((line, at) => at === 0 || line.trim() !== "");
  const head = headSchema.safeParse(parsed(first));
  if (!head.success) return { ok: false, error: `${name} is not a recording: its first line isn't {"keel-recording": 1, …}.` };
  const exchanges: Exchange[] = [];
  for (const [at, line] of rest.entries()) {
    const exchange = exchangeSchema.safeParse(parsed(line));
    if (!exchange.success)
      return { ok: false, error: `${name} can't be played: line ${at + 2} is no exchange (${whatIn(exchange.error)}).` };
    exchanges.push(exchange.data);
  }
  return { ok: true, recording: { name, exchanges: exchanges.toSorted((a, b) => a.n - b.n) } };
}

export type Chunk = Exchange["answer"]["chunks"][number];

export function spellChunk(ms: number, bytes: Buffer): Chunk {
  const text = bytes.toString();
  return [ms, Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString("base64") }];
}

export const bytesOf = ([, said]: Chunk): Buffer => (typeof said === "string" ? Buffer.from(said) : Buffer.from(said.base64, "base64"));

function whatIn(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? [issue.path.join("."), issue.message].filter((part) => part !== "").join(": ") : "no JSON";
}

/** Undefined where it isn't JSON: no schema takes that. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

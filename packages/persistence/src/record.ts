import { isUtf8 } from "node:buffer";
import { storeError, type Envelope } from "@keelson/protocol";
import { mayNeedPacking, pack, unpack, type Get, type Put } from "./pack.ts";
import type { Row } from "./row.ts";
import { Told, type Line, type Repeats } from "./short.ts";

/** One line of JSON, and what makes it ours. Written once, never rewritten: what isn't known here stays as it was. */
export const RECORD_LIMIT = 16 * 1024 * 1024;

/** 1: lines have no rows. Who knows only that refuses the file, instead of taking its rows for spoiled lines. */
export const FORMAT = 2;

/** The first line of a segment. `base`: the head at which it begins; what an earlier segment holds beyond it is never read. */
export type Header = {
  readonly keel: typeof FORMAT;
  readonly session: string;
  readonly epoch: number;
  readonly base: number;
  readonly parent?: string;
  readonly cwd: string;
  readonly created: number;
};
/** An envelope as its line has it. `mark`: tokens that begin so stand in the place of blobs. `isLong`: it says itself what it is of. */
export type Stored = Envelope & { readonly seq: number };
export type Found = { readonly seq: number; readonly envelope: Stored; readonly mark: string | undefined; readonly isLong: boolean };

export const encode = (header: Header): Buffer => Buffer.from(`${JSON.stringify(header)}\n`);

/** What an append is to write, or why it can't be: all are checked before a blob is put, and all blobs before anything is written. */
export function admit(head: number, expectedHead: number, envelopes: readonly Envelope[], put: Put): readonly Line[] {
  const lines = check(head, expectedHead, envelopes);
  return envelopes.map((envelope, at) => packed(envelope, lines[at] ?? "", put));
}

/** Their JSON. */
export function check(head: number, expectedHead: number, envelopes: readonly Envelope[]): readonly string[] {
  if (expectedHead !== head)
    throw storeError("head_mismatch", `The log ends at ${head}, not at ${expectedHead}. Read it again from there before you add to it.`);
  return envelopes.map((envelope, at) => {
    if (envelope.seq !== head + at + 1)
      throw storeError(
        "head_mismatch",
        `An event numbered ${envelope.seq} can't follow ${head + at}. Number durable events without a gap.`,
      );
    if (!isRecord(envelope)) throw new TypeError(`The event ${envelope.seq} has not the shape of an envelope.`);
    const json = JSON.stringify(envelope);
    if (json.length * 3 > RECORD_LIMIT) checkSize(envelope, Buffer.byteLength(json) + 1);
    return json;
  });
}

function checkSize({ seq, event }: Envelope, bytes: number): void {
  if (bytes <= RECORD_LIMIT) return;
  throw storeError("too_large", `The event ${seq} (${event.type}) has ${bytes} bytes; ${RECORD_LIMIT} is the most. Cap what it carries.`);
}

function packed(envelope: Envelope, json: string, put: Put): Line {
  const small = mayNeedPacking(json) ? pack(envelope, json, put) : undefined;
  return { envelope, json: small?.json ?? json, mark: small?.mark };
}

/** As one text. A packed line has a shape of its own, so that no envelope can be taken for one. */
export function write(lines: readonly Line[], repeats: Repeats): string {
  let text = "";
  for (const line of lines) {
    const { envelope, mark } = line;
    const short = repeats.shorten(line);
    text += mark === undefined ? `${short}\n` : `{"seq":${envelope.seq},"mark":${JSON.stringify(mark)},"packed":${short}}\n`;
  }
  return text;
}

/** Undefined for what isn't a whole record: torn, not UTF-8, not JSON, another shape. `told`: by the lines before; who doesn't know them learns no more than number, time and event. */
export function parseRecord(bytes: Buffer | undefined, told = new Told()): Found | undefined {
  const value = parse(bytes);
  if (Array.isArray(value)) return rowIn(value, told);
  if (!isObject(value)) return undefined;
  const { mark, packed: inner } = value;
  const isPacked = !("v" in value) && !("event" in value) && typeof mark === "string" && isObject(inner);
  const line = isPacked ? inner : value;
  const isLong = "v" in line;
  const envelope = isLong ? line : told.lengthen(line);
  return isRecord(envelope) ? { seq: envelope.seq, envelope, mark: isPacked ? mark : undefined, isLong } : undefined;
}

function rowIn(row: Row, told: Told): Found | undefined {
  const seq = row[0];
  const at = row[1];
  if (!isCount(seq) || seq === 0 || !Number.isFinite(at)) return undefined;
  const event = told.eventIn(row);
  if (!event) return undefined;
  const { session, run, path } = told.same;
  const envelope = { v: 1, seq, at, session, run, path, event } as unknown as Stored;
  return { seq, envelope, mark: undefined, isLong: false };
}

/** The envelope that was appended. `lost` hears of blobs that can't be had. */
export function restore({ envelope, mark }: Found, get: Get, lost: (digest: string) => void): Stored {
  if (mark === undefined) return envelope;
  const whole = unpack(JSON.stringify(envelope), mark, get, lost);
  return isRecord(whole) ? whole : envelope;
}

/** The same for what is written and what is read: nothing is acknowledged that would be passed over later. An event's type may be unknown. */
function isRecord(value: unknown): value is Stored {
  if (!isObject(value) || value["v"] !== 1 || !isCount(value["seq"]) || value["seq"] === 0) return false;
  const { at, session, run, path, event } = value;
  if (!Number.isFinite(at) || typeof session !== "string" || typeof run !== "string") return false;
  return Array.isArray(path) && path.every((part) => typeof part === "string") && isObject(event) && typeof event["type"] === "string";
}

/** Throws `unreadable` for what a newer version has written; undefined for a line that isn't a header. */
export function parseHeader(bytes: Buffer | undefined, path: string): Header | undefined {
  const value = parse(bytes);
  if (!isObject(value) || !isCount(value["keel"])) return undefined;
  if (value["keel"] > FORMAT)
    throw storeError("unreadable", `${path} was written by a newer keelson (format ${value["keel"]}). Update keelson to open it.`);
  const { session, epoch, base, parent, cwd, created } = value;
  if (typeof session !== "string" || !isCount(epoch) || !isCount(base) || typeof cwd !== "string" || typeof created !== "number")
    return undefined;
  return { keel: FORMAT, session, epoch, base, ...(typeof parent === "string" && { parent }), cwd, created };
}

function parse(bytes: Buffer | undefined): unknown {
  if (bytes === undefined || !isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

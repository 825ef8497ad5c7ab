/**
 * Reads the head of a text file and leaves its body on the disk. Rule: one open file at a time, at most HEAD_BYTES of it,
 * and nothing of what was read stays in memory but the fields.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { JsonObject, Problem } from "@keelson/protocol";
import { LINK_FLAGS, READ_FLAGS, type Entry } from "../disk.ts";
import { readFront } from "../front/front.ts";
import { findHead, type Head } from "../front/head.ts";
import { odd } from "../link.ts";
import { fail, warn } from "../problem.ts";
import type { Stamp } from "../witness.ts";

/** `head`: as it was written, for what must be shown as it was written. `opening`: of the body. */
export type HeadFile = {
  readonly fields: JsonObject;
  readonly head: string;
  /** What stands where fields should, and became none. Mostly empty. */
  readonly unread: string;
  readonly headLine: number;
  readonly bodyLine: number;
  readonly opening: string;
  readonly problems: readonly Problem[];
  readonly stamp: Stamp;
};
export type Missing = { readonly missing: true };
export type Refused = { readonly missing: false; readonly problem: Problem };

const FIRST_BYTES = 4096; // 99.6 % of all heads end within
const OPENING_BYTES = 1024; // of the body, to say what it is about
const CLOSE = Buffer.from("\n---");
const HEAD_BYTES = 64 * 1024;
const TEXT_BYTES = 4 * 1024 * 1024;

/** `scratch`: FIRST_BYTES that are written over at each call. */
export async function readHeadFile(entry: Pick<Entry, "path" | "linked">, scratch: Buffer): Promise<HeadFile | Missing | Refused> {
  const read = readStart(entry, scratch, 0);
  if ("missing" in read) return read;
  const { head, stamp } = read;
  const slips = stamp.size > 0 ? read.slips : [warn({ file: entry.path, line: 1 }, EMPTY)];
  const own = head.head === undefined ? undefined : flat(head.head);
  const front = await readFront(entry.path, { ...head, ...(own !== undefined && { head: own }) });
  return {
    fields: front.fields,
    head: own ?? "",
    unread: front.unread === "" ? "" : flat(front.unread),
    headLine: head.line,
    bodyLine: head.bodyLine,
    opening: front.fields["description"] ? "" : openingOf(entry, scratch),
    problems: slips.length === 0 ? front.problems : [...slips, ...front.problems],
    stamp,
  };
}

const EMPTY = { code: "text_empty", what: "is empty.", hint: "Write what it is for, or remove it." };

/** Bodies that are decoded for nothing fill the memory before anyone clears it: only where the head says nothing of its own. */
function openingOf(entry: Pick<Entry, "path" | "linked">, scratch: Buffer): string {
  const read = readStart(entry, scratch, OPENING_BYTES);
  return "missing" in read ? "" : read.head.body;
}

type Start = { readonly head: Head; readonly slips: readonly Problem[]; readonly stamp: Stamp };

function readStart({ path, linked }: Pick<Entry, "path" | "linked">, scratch: Buffer, opening: number): Start | Missing | Refused {
  let file: number;
  try {
    file = openSync(path, linked ? LINK_FLAGS : READ_FLAGS);
  } catch (error) {
    return failed(path, error);
  }
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) return { missing: true };
    if (!stat.isFile()) return { missing: false, problem: odd(path) };
    if (stat.size > TEXT_BYTES)
      return tooLarge(path, `isn't loaded: it has ${stat.size} bytes, and ${TEXT_BYTES} are the most.`, "Make it smaller.");
    const stamp = { mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, size: stat.size, ino: stat.ino };
    for (const limit of [FIRST_BYTES, HEAD_BYTES]) {
      const whole = readBytes(
        file,
        limit === FIRST_BYTES ? scratch.subarray(0, FIRST_BYTES) : Buffer.allocUnsafe(Math.min(limit, stat.size)),
      );
      const start = limit === FIRST_BYTES ? startOf(whole, opening) : whole;
      const { text, slips } = decode(path, start);
      const head = findHead(text, stat.size > start.length && limit < HEAD_BYTES);
      if (head === "read on") continue;
      const long = head.slip === "unclosed" && stat.size > start.length && isClosed(path, readBytes(file, Buffer.allocUnsafe(stat.size)));
      return { head: long ? { ...head, slip: "too_long" } : head, slips, stamp };
    }
    return tooLarge(path, `isn't loaded: its head has more than ${HEAD_BYTES} bytes.`, "Close it with a line of ---.");
  } catch (error) {
    return failed(path, error);
  } finally {
    closeSync(file);
  }
}

function isClosed(path: string, whole: Buffer): boolean {
  const head = findHead(decode(path, whole).text);
  return head !== "read on" && head.head !== undefined && head.slip !== "unclosed";
}

function readBytes(file: number, into: Buffer): Buffer {
  let got = 0;
  for (let step = -1; step !== 0 && got < into.length; got += step) step = readSync(file, into, got, into.length - got, got);
  return into.subarray(0, got);
}

/** The head, and so much of what stands below it. */
function startOf(bytes: Buffer, opening: number): Buffer {
  const close = bytes[0] === 0x2d ? bytes.indexOf(CLOSE, 3) : -1;
  return close === -1 ? bytes : bytes.subarray(0, close + CLOSE.length + 1 + opening);
}

/** UTF-8, or UTF-16 with its mark; what is neither is read as far as it goes. */
function decode(path: string, bytes: Buffer): { readonly text: string; readonly slips: readonly Problem[] } {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  const raw = wide ? bytes.toString("utf16le") : bytes.toString("utf8");
  const marked = raw.charCodeAt(0) === 0xfeff ? raw.slice(1) : raw;
  const text = marked.includes("\r") ? marked.replaceAll("\r\n", "\n") : marked;
  const spoilt = text.slice(0, -4).includes("\ufffd") && !bytes.includes("\ufffd");
  return {
    text,
    slips:
      spoilt || wide
        ? [
            warn(
              { file: path, line: 1 },
              { code: "not_utf8", what: "is not UTF-8 text; some of it may be lost.", hint: "Save it as UTF-8." },
            ),
          ]
        : [],
  };
}

/** A piece of a string keeps the whole of it in memory; a copy doesn't. */
export function flat(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

const tooLarge = (file: string, what: string, hint: string): Refused => ({
  missing: false,
  problem: fail({ file, line: 1 }, { code: "too_large", what, hint }),
});

function refuse(file: string, code: string, what: string, hint: string): Refused {
  return { missing: false, problem: warn({ file, line: 1 }, { code, what, hint }) };
}

function failed(path: string, error: unknown): Missing | Refused {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return { missing: true };
  if (code === "ELOOP") return refuse(path, "link", "is a link and isn't read as it is.", "Put a file in its place.");
  return refuse(path, "unreadable", `can't be read (${code}).`, "Give yourself the right to read it.");
}

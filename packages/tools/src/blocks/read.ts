/** Read: a file as numbered lines. What was looked at is remembered, for a change needs a look before it. */
import { basename, dirname } from "node:path";
import * as z from "zod/mini";
import { isFileError, type FileError, type Tool, type ToolOutput } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import { sizeOf } from "../files/because.ts";
import type { Window } from "../files/page.ts";
import { mostAlike } from "../text/likeness.ts";
import { linesOf, numbered, WIDTH } from "../text/lines.ts";
import type { BlockKit } from "./kit.ts";

/** Bytes; a larger file is read in parts. */
export const MOST_READ = 10 * 1024 * 1024;
const LINES = 2_000;
const MOST_SHOWN = 100_000; // characters of one answer
const ALIKE = 0.5;
const MOST_NAMES = 5;

const DESCRIPTION = `Reads a text file and shows it with line numbers.
- Without offset and limit it shows the first 2000 lines; lines over 2000 characters are cut.
- A file must be read before Edit or Write may change it.
- Several files can be read in one reply.
- It doesn't list folders: use Glob, or ls in Bash.`;

const input = z.object({
  file_path: systemText("The file to read; best as an absolute path"),
  offset: z.optional(z.int().check(z.gte(0), z.describe("The first line to show, from 1"))),
  limit: z.optional(z.int().check(z.gte(1), z.describe("How many lines to show"))),
});
type Input = z.infer<typeof input>;

export function readBlock({ files, seen, home }: BlockKit): Tool {
  return defineTool<Input>({
    name: "Read",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, file_path: absolutePath(asked.file_path, cwd, home) }),
    effects: ({ file_path }) => [{ do: "read", path: file_path }],
    readOnly: true,
    concurrencySafe: true,
    replay: "safe",
    async *run(asked, { signal }) {
      const path = asked.file_path;
      const window: Window = { from: Math.max(asked.offset ?? 1, 1), count: asked.limit ?? LINES, width: WIDTH };
      try {
        const { bytes, state } = await files.read(path, MOST_READ);
        seen.remember(path, state);
        return showWhole(path, bytes, window);
      } catch (error) {
        if (!isFileError(error)) throw error;
        const inPart = asked.offset !== undefined || asked.limit !== undefined;
        if (error.code !== "too_large" || !inPart) return failed(await explain(error, files));
        const page = await files.page(path, window, signal);
        return page.binary ? refuseBinary(path) : show(page, window.from);
      }
    },
  });
}

function showWhole(path: string, bytes: Uint8Array, window: Window): ToolOutput {
  if (bytes.length === 0) return said(`[${path} is empty.]`);
  if (bytes.includes(0)) return refuseBinary(path, bytes);
  const words = new TextDecoder().decode(bytes);
  const all = linesOf(words);
  const start = window.from - 1;
  if (start >= all.length) return failed(`${path} has ${all.length} lines: offset must be one of them.`);
  const lines = all.slice(start, start + window.count);
  const notes = words.includes("\ufffd") && !isUtf8(bytes) ? ["[It isn't valid UTF-8: \ufffd stands for bytes that are no text.]"] : [];
  return show({ lines, more: start + lines.length < all.length, total: all.length, notes }, window.from);
}

type Shown = { readonly lines: readonly string[]; readonly more: boolean; readonly total?: number; readonly notes?: readonly string[] };

function show({ lines, more, total, notes = [] }: Shown, from: number): ToolOutput {
  if (lines.length === 0) return failed(`The file has fewer than ${from} lines: give a smaller offset.`);
  const words = numbered(lines, from);
  const end = words.length <= MOST_SHOWN ? words.length : words.lastIndexOf("\n", MOST_SHOWN);
  const shown = words.slice(0, end);
  const next = from + shown.split("\n").length;
  const whole = !more && next === from + lines.length;
  const where = `[Lines ${from} to ${next - 1}${total === undefined ? "" : ` of ${total}`}. Go on with offset ${next}.]`;
  return said([shown, ...(whole ? [] : [where]), ...notes].join("\n"), { display: { kind: "file", from, lines: next - from } });
}

async function explain(error: FileError, files: BlockKit["files"]): Promise<string> {
  if (error.code === "directory") return `${error.message} List it with Glob, or with ls in Bash.`;
  if (error.code === "too_large") return `${error.message} Read a part of it with offset and limit, or search it with Grep.`;
  if (error.code !== "missing") return error.message;
  const near = mostAlike(basename(error.path), await files.names(dirname(error.path)), ALIKE).slice(0, MOST_NAMES);
  return near.length === 0 ? error.message : `${error.message} In the same folder: ${near.join(", ")}.`;
}

function refuseBinary(path: string, bytes?: Uint8Array): ToolOutput {
  const utf16 = bytes !== undefined && ["fffe", "feff"].includes(Buffer.from(bytes.subarray(0, 2)).toString("hex"));
  const what = utf16 ? "text in UTF-16: convert it with iconv to read it" : "a binary file: look at it with a program of its kind";
  return failed(`${path} is ${what}.${bytes ? ` It has ${sizeOf(bytes.length)}.` : ""}`);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

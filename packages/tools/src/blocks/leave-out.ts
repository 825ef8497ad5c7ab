/** What a search found, without the lines of files that a rule keeps from being read; in the spelling that ripgrep has without `--null`. */
import { resolve } from "node:path";
import type { ProcessChunk } from "@keelson/protocol";

/** `names`: what a line is; `base`: where its paths start. */
export type LeavingOut = {
  readonly names: "files_with_matches" | "content" | "count";
  readonly base: string;
  /** False: the numbers, which tell a match from what stands around it, are taken out again. */
  readonly numbered: boolean;
  readonly isHidden: ((path: string) => Promise<boolean>) | undefined;
};

/** Said of a file that has NUL bytes: a line without the sign behind its path. */
const BINARY = /^(.*): (?:binary file matches|WARNING: stopped searching binary file)/;
const NEWLINE = 10;
const BYTES = "latin1"; // a character for each byte, so that names and lines go through as they are

/** As many lines at once as come at once: a search may find millions. */
export async function* leavingOut(found: AsyncIterable<ProcessChunk>, search: LeavingOut): AsyncGenerator<ProcessChunk> {
  const known = new Map<string, boolean>();
  let rest: Uint8Array[] = [];
  for await (const { bytes } of found) {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0) rest.push(bytes);
    else {
      yield chunkOf(await withoutHidden(Buffer.concat([...rest, bytes.subarray(0, end - 1)]), search, known));
      rest = [bytes.subarray(end)];
    }
  }
  const last = Buffer.concat(rest);
  if (last.length > 0) yield chunkOf(await withoutHidden(last, search, known));
}

async function withoutHidden(
  block: Buffer,
  { names, base, numbered, isHidden }: LeavingOut,
  known: Map<string, boolean>,
): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const line of block.toString(BYTES).split("\n")) {
    const end = names === "files_with_matches" ? line.length : line.indexOf("\0");
    const path = end < 0 ? (BINARY.exec(line)?.[1] ?? "") : line.slice(0, end);
    if (isHidden && path !== "" && !known.has(path)) known.set(path, await isHidden(resolve(base, Buffer.from(path, BYTES).toString())));
    if (known.get(path) === true) continue;
    shown.push(end < 0 || end === line.length ? line : respell(line, end, numbered));
  }
  return shown;
}

/** Behind the path stands what stands behind the line's number: a colon at a match, a dash around it. */
function respell(line: string, end: number, numbered: boolean): string {
  const [number = "", sign = ":"] = /^\d+([:-])/.exec(line.slice(end + 1, end + 22)) ?? [];
  return line.slice(0, end) + sign + line.slice(end + 1 + (numbered ? 0 : number.length));
}

const chunkOf = (lines: readonly string[]): ProcessChunk => ({
  from: "stdout",
  bytes: Buffer.from(lines.map((line) => `${line}\n`).join(""), BYTES),
});

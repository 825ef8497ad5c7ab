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

const NEWLINE = 10;
const NUL = 0;

export async function* leavingOut(
  found: AsyncIterable<ProcessChunk>,
  { names, base, numbered, isHidden }: LeavingOut,
): AsyncGenerator<ProcessChunk> {
  const known = new Map<string, boolean>();
  const leaves = async (path: string): Promise<boolean> => {
    const hidden = known.get(path) ?? (await isHidden?.(resolve(base, path))) ?? false;
    known.set(path, hidden);
    return hidden;
  };
  for await (const line of linesOf(found)) {
    const end = names === "files_with_matches" ? line.length : line.indexOf(NUL);
    const path = Buffer.from(line.subarray(0, Math.max(end, 0))).toString();
    if (path !== "" && (await leaves(path))) continue;
    if (end < 0 || end === line.length) yield chunkOf([line]);
    else {
      const { sign, digits } = numberIn(line, end);
      yield chunkOf([line.subarray(0, end), Buffer.from(sign), line.subarray(end + 1 + (numbered ? 0 : digits))]);
    }
  }
}

/** Behind the path stands what stands behind the line's number: a colon at a match, a dash around it. */
function numberIn(line: Uint8Array, end: number): { readonly sign: string; readonly digits: number } {
  const number = /^\d+([:-])/.exec(Buffer.from(line.subarray(end + 1, end + 22)).toString());
  return { sign: number?.[1] ?? ":", digits: number?.[0].length ?? 0 };
}

const chunkOf = (parts: readonly Uint8Array[]): ProcessChunk => ({ from: "stdout", bytes: Buffer.concat([...parts, Buffer.of(NEWLINE)]) });

/** Without their ends. */
async function* linesOf(chunks: AsyncIterable<ProcessChunk>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  for await (const { bytes } of chunks) {
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...rest, bytes.subarray(from, at)]);
      rest = [];
      from = at + 1;
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

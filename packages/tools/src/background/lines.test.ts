import type { ProcessChunk, ProcessEnd } from "@keelson/protocol";
import { expect, test } from "vitest";
import { tellLines } from "./lines.ts";

/** What a program would print, piece by piece. */
async function* printed(...pieces: readonly (string | Uint8Array)[]): AsyncGenerator<ProcessChunk, ProcessEnd> {
  for (const piece of pieces) yield { from: "stdout", bytes: typeof piece === "string" ? Buffer.from(piece) : piece };
  yield { from: "stderr", bytes: Buffer.from("aside\n") };
  return { code: 7, signal: null, timedOut: false };
}

async function linesOf(...pieces: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const _ of tellLines(printed(...pieces), (line) => lines.push(line)));
  return lines;
}

test("a line is told when it is whole, wherever its pieces and characters are cut; the last needs no end", async () => {
  const [head, tail] = [Buffer.from("é").subarray(0, 1), Buffer.from("é").subarray(1)];
  expect(await linesOf("one\ntw", "o\n\n", "caf", head, tail, "\r\nlast")).toEqual(["one", "two", "café", "last"]);
});

test("no escape sequence gets through, and of a line without end the beginning is told", async () => {
  const long = "x".repeat(100_000);
  const lines = await linesOf("\u001b[31mred\u001b[0m\n", long, long, "\nnext\n");
  expect([lines[0], lines[1]?.length, lines[2]]).toEqual(["red", 500, "next"]);
});

test("what it comes to is handed on", async () => {
  const chunks = tellLines(printed("a\n"), () => {});
  const from: string[] = [];
  let step = await chunks.next();
  for (; !step.done; step = await chunks.next()) from.push(step.value.from);
  expect([from, step.value.code]).toEqual([["stdout", "stderr"], 7]);
});

import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { linesOf } from "./lines.ts";

const read = (pieces: readonly (string | Buffer)[], longest = 1_000): Promise<(string | undefined)[]> =>
  Array.fromAsync(linesOf(Readable.from(pieces.map((piece) => Buffer.from(piece))), longest));

test("lines are put together, whatever the pieces, also in the middle of a letter", async () => {
  const word = Buffer.from("é\n");
  expect(await read(["a", "b\nc\n", word.subarray(0, 1), word.subarray(1), "\n", "end"])).toEqual(["ab", "c", "é", "", "end"]);
});

test("a line separator of Unicode is no end of a line", async () => {
  expect(await read(["one\u2028still one\n"])).toEqual(["one\u2028still one"]);
});

test("a line that is too long is dropped, and the next one is whole", async () => {
  expect(await read(["12345", "678\nshort\n"], 6)).toEqual([undefined, "short"]);
});

import { strict as assert } from "node:assert";
import { test } from "vitest";
import { because, sizeOf } from "./because.ts";

test.each([
  ["ENOENT", "missing"],
  ["EISDIR", "directory"],
  ["EACCES", "denied"],
  ["EROFS", "denied"],
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EFBIG", "too_large"],
  ["EIO", "io"],
])("%s is told as %s, with its path", (system, code) => {
  const error = because(Object.assign(new Error(`${system}: /x/y`), { code: system }), "/x/y");
  assert.equal(error.code, code);
  assert.match(error.message, /\/x\/y/);
});

test("sizes are said in the unit that fits", () => {
  assert.deepEqual([512, 2_048, 10 * 1024 * 1024].map(sizeOf), ["512 bytes", "2.0 KiB", "10.0 MiB"]);
});

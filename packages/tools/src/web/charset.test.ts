import { strict as assert } from "node:assert";
import { test } from "vitest";
import { decode } from "./charset.ts";

const latin = Buffer.from("caf\xe9 \x93x\x94", "latin1");
const words = "café “x”";

test.each<[string, Uint8Array, string]>([
  ["what the server says", Buffer.from([0x83, 0x65, 0x83, 0x58]), "text/html; charset=Shift_JIS"],
  ["the page's own word", Buffer.concat([Buffer.from('<meta charset="shift_jis">'), Buffer.from([0x83, 0x65, 0x83, 0x58])]), "text/html"],
])("a charset is known by %s", (_, bytes, type) => {
  assert.ok(decode(bytes, type).endsWith("テス"));
});

test.each<[string, Uint8Array, string]>([
  ["says UTF-8 and sends Latin", latin, "text/plain; charset=utf-8"],
  ["says nothing and sends Latin", latin, "text/plain"],
  ["names a charset that nobody knows", latin, 'text/plain; charset="x-none"'],
  ["names a charset that isn't to be read", latin, "text/plain; charset=iso-2022-kr"],
  ["says ASCII and sends UTF-8 with a mark", Buffer.from(`\ufeff${words}`), "text/plain; charset=us-ascii"],
  ["sends UTF-16 with a mark", Buffer.from(`\ufeff${words}`, "utf16le"), "text/plain; charset=utf-8"],
])("a server that %s is understood", (_, bytes, type) => {
  assert.equal(decode(bytes, type), words);
});

test("a character that was cut at the end proves nothing", () => {
  assert.equal(decode(Buffer.from(words).subarray(0, -1), "text/plain; charset=utf-8"), "café “x");
});

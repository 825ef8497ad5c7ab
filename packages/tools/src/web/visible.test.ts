import { strict as assert } from "node:assert";
import { test } from "vitest";
import { visible } from "./visible.ts";

const tags = (words: string): string => [...words].map((sign) => String.fromCodePoint(0xe0000 + (sign.codePointAt(0) ?? 0))).join("");
const selectors = (words: string): string => [...words].map((sign) => String.fromCodePoint(0xe0100 + (sign.codePointAt(0) ?? 0))).join("");

test.each([
  ["a message in tag characters", `hello${tags("run rm -rf")} you`, "hello you"],
  ["bytes in variation selectors", `smile😀${selectors("secret")}\ufe00\ufe01!`, "smile😀!"],
  ["marks that turn the direction", "a\u202eb\u2066c\u2069\u200f", "abc"],
  ["signs without a width", "pass\u200bword\u2060\ufeff\u00ad\u3164", "password"],
  ["joiners between Latin letters, and in rows", "a\u200db \u200c\u200d\u200c c\u200c", "ab  c"],
])("%s are gone", (_, raw, seen) => {
  assert.equal(visible(raw), seen);
});

test("what people write with them stays", () => {
  for (const words of ["👩‍👩‍👧", "❤️‍🔥", "می‌خواهم", "क्‍ष", "naïve – “quoted” ½ 漢字", "a\tb\nc"]) assert.equal(visible(words), words);
});

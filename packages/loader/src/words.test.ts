import assert from "node:assert/strict";
import { test } from "vitest";
import { nearest, quote, suggest } from "./words.ts";

test("the nearest name is found for a slip, and none for another word", () => {
  assert.equal(nearest("tool", ["tools", "system"]), "tools");
  assert.equal(nearest("sytsem", ["tools", "system"]), "system");
  assert.equal(nearest("SYSTEM", ["tools", "system"]), "system");
  assert.equal(nearest("hooks", ["tools", "system"]), undefined);
  assert.equal(nearest("x".repeat(1_000_000), ["tools"]), undefined);
  assert.equal(suggest("hooks", ["tools", "system"]), 'known are "tools", "system".');
});

test("a name from a file can't move the cursor, turn the line around or fill the screen", () => {
  assert.equal(quote("a\u001b[2Jb\n\u009b\u202e"), '"a\\u001b[2Jb\\n??"');
  assert.equal(quote("x".repeat(1000)).length, 63);
});

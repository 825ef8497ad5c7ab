import assert from "node:assert/strict";
import { test } from "vitest";
import { quote, suggest } from "./words.ts";

test("the nearest name is offered for a slip, and all of them for another word", () => {
  assert.equal(suggest("sytsem", ["tools", "system"]), 'did you mean "system"?');
  assert.equal(suggest("hooks", ["tools", "system"]), 'known are "tools", "system".');
});

test("a name from a file can't move the cursor, turn the line around or fill the screen", () => {
  assert.equal(quote("a\u001b[2Jb\n\u009b\u202e"), '"a\\u001b[2Jb\\n??"');
  assert.equal(quote("x".repeat(1000)).length, 63);
});

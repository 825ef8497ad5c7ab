import assert from "node:assert/strict";
import { test } from "vitest";
import { promptOf } from "./toml.ts";

test("a prompt goes to its end, though a line of it looks like a table or a field", () => {
  const text = 'description = "x"\nprompt = """\nFirst\n[ ] a box\nprompt = "no"\nLast\n"""\n[table]\nprompt = "other"\n';
  assert.equal(promptOf(text), 'First\n[ ] a box\nprompt = "no"\nLast\n');
});

test("what stands in a table isn't the command's, and a string that is never closed is none", () => {
  assert.equal(promptOf('[table]\nprompt = "x"\n'), undefined);
  assert.equal(promptOf('prompt = """\nnever closed\n'), undefined);
});

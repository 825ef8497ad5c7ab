import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { codeIn, within } from "../instructions/markdown.ts";
import { baseOf, expandDollars, type Values } from "./dollar.ts";
import { spared } from "./spare.ts";
import { splitWords } from "./words.ts";

const VARIABLES = new Map([["CLAUDE_SKILL_DIR", "/skills/s"]]);

function expand(text: string, args: string, more: Partial<Values> = {}): string {
  const places = spared(text, codeIn(text).fences);
  const spare = (at: number): boolean => within(places, at);
  const base = more.base ?? baseOf(text, more.names ?? [], spare);
  const values: Values = { args, names: [], variables: VARIABLES, ...more, base };
  return expandDollars(text, { from: 0, to: text.length }, values, spare, (value) => value).text;
}

test("words are cut as a shell cuts them", () => {
  assert.deepEqual(splitWords(`a "b c" d\\ e 'f "g"' ""  h`), ["a", "b c", "d e", 'f "g"', "", "h"]);
  assert.deepEqual(splitWords(`say "it's`), ["say", "it's"]);
  assert.deepEqual(splitWords("  "), []);
});

describe("arguments go in", () => {
  test.each([
    ["all of them as they were typed", "Do $ARGUMENTS.", `a "b c"`, `Do a "b c".`],
    ["by position from 0", "$0 and $ARGUMENTS[1]", `a "b c"`, "a and b c"],
    ["by position from 1 where the text counts so", "$1, then $2", "a b", "a, then b"],
    ["from 0 where it says $0 anywhere", "$0, then $1", "a b", "a, then b"],
    ["nothing for a number that has none: it stays", "$0 and $3 and $ARGUMENTS[9]", "a", "a and $3 and $ARGUMENTS[9]"],
    ["nothing of what was put in is looked at again", "$0 $1", "$1 $0", "$1 $0"],
    ["an empty text where none were given", "Do $ARGUMENTS.", "", "Do ."],
  ])("%s", (_, text, args, wanted) => assert.equal(expand(text, args), wanted));

  test("by name, the longest first; one without a value is empty", () => {
    const names = ["file", "file-name", "rest"];
    assert.equal(expand("$file|$file-name|$rest|$files", "a b", { names }), "a|b||$files");
  });

  test("names make the count begin at 0", () => assert.equal(expand("$1 of $file", "a b", { names: ["file"] }), "b of a"));

  test("the plugin's own word on the count stands above what the text looks like", () => {
    assert.equal(expand("$1", "a b", { base: 0 }), "b");
    assert.equal(expand("$0 $1", "a b", { base: 1 }), "$0 a");
  });
});

describe("what is no token stays as it is", () => {
  test.each([
    ["amounts", "It costs $10.00, $1.50, $1,000 or $5M.", "a b"],
    ["a field of awk", "Run `ps | awk '{print $1, $2}'`.", "a b"],
    ["a field of awk behind its options", `awk -F',' -v n=3 '{print $1}' x`, "a b"],
    ["awk in double quotes", 'awk "{print \\$1}" x', "a b"],
    ["a group of perl", "perl -pe 's/(a)/<$1>/' x", "a b"],
    ["an argument of a shell inside", "sh -c 'echo $1' _ x", "a b"],
    ["the body of a function", '```bash\nrun() {\n  local name="$1"\n}\n```', "a b"],
    ["variables that nobody knows", "${HOME} and $HOME and ${X:-y}", "a b"],
    ["longer names", "$ARGUMENTS_FILE and $1st", "a b"],
  ])("%s", (_, text, args) => assert.equal(expand(text, args), text));

  test("awk keeps its fields while the argument beside it goes in", () => {
    assert.equal(expand("grep $1 x | awk '{print $1}'", "pat"), "grep pat x | awk '{print $1}'");
    assert.equal(expand("awk '{print $1}' $1", "file.txt"), "awk '{print $1}' file.txt");
  });
});

test.each([
  ["\\$1 is $1", "$1 is a"],
  ["\\$ARGUMENTS is $ARGUMENTS", "$ARGUMENTS is a"],
  ["\\\\$1", "\\\\a"],
])("a backslash keeps one token, two keep themselves: %s", (text, wanted) => assert.equal(expand(text, "a"), wanted));

test("a name behind a backslash is literal", () => assert.equal(expand("\\$file $file", "a", { names: ["file"] }), "$file a"));

test("variables go in with and without a default, and whatever the arguments are", () => {
  assert.equal(expand("${CLAUDE_SKILL_DIR}/x ${CLAUDE_SKILL_DIR:-.}/y", ""), "/skills/s/x /skills/s/y");
});

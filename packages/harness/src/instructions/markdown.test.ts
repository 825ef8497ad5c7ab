import assert from "node:assert/strict";
import { test } from "vitest";
import { stripInvisible } from "./invisible.ts";
import { codeIn } from "./markdown.ts";
import { looksLikeFile, mentionsIn, withoutComments } from "./mentions.ts";

const pieces = (text: string): { readonly fences: readonly string[]; readonly spans: readonly string[] } => {
  const { fences, spans } = codeIn(text);
  return { fences: fences.map(({ inner }) => text.slice(inner.from, inner.to)), spans: spans.map(({ from, to }) => text.slice(from, to)) };
};

test.each([
  ["a\n```ts\nb\n```\nc", ["b\n"]],
  ["- item\n\n  ````md\n  ```\n  x\n  ```\n  ````\nc", ["  ```\n  x\n  ```\n"]],
  ["~~~\na ``` b\n~~~", ["a ``` b\n"]],
  ["> ```\n> a\n> ```\nb", ["> a\n"]],
  ["```\nnever closed", ["never closed"]],
  ["``` in a line ``` is no block", []],
])("blocks of code are found: %j", (text, fences) => assert.deepEqual(pieces(text).fences, fences));

test.each([
  ["a `b` and ``c ` d``", ["`b`", "``c ` d``"]],
  ["one ` alone\n\nand `a` later", ["`a`"]],
  ["\\`not` code", []],
  ["```\n`in a block`\n```\n`out`", ["`out`"]],
])("spans of code are found: %j", (text, spans) => assert.deepEqual(pieces(text).spans, spans));

test("comments that begin a line are taken out, with the line; those in code and within a line stay", () => {
  const text = "a\n<!-- for\nauthors -->\nb <!-- c -->\n```\n<!-- code -->\n```\n  <!-- d -->e\n<!-- open";
  assert.equal(withoutComments(text), "a\nb <!-- c -->\n```\n<!-- code -->\n```\ne\n<!-- open");
});

test("mentions are paths behind @, at a word's beginning and not in code", () => {
  const text = "See @README.md, (@docs/a.md) and @~/x.md.\nMail a@b.c; `@code.md`\n```\n@block.md\n```\n- @with\\ space.md";
  assert.deepEqual(mentionsIn(text), ["README.md", "docs/a.md", "~/x.md", "with space.md"]);
  assert.deepEqual(["a.md", "./a", "../a", "~/a", "/a", "scope/package", "someone"].map(looksLikeFile), [
    true,
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("what nobody sees is taken out and counted by line; what scripts and emoji need stays", () => {
  const tags = [..."ignore"].map((letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0))).join("");
  assert.deepEqual(stripInvisible(`a${tags}\nb\u202Ec\u2066\nd\u200B`), { text: "a\nbc\nd", unseen: 9, lines: [1, 2, 3] });
  const kept = "👩‍💻 می‌خواهم ‎א‏ é naïve\t\r\n";
  assert.deepEqual(stripInvisible(kept), { text: kept, unseen: 0, lines: [] });
  assert.equal(stripInvisible("\uFEFFa\u001b[31mb").text, "a[31mb");
});

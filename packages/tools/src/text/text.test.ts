import { strict as assert } from "node:assert";
import { describe, test } from "vitest";
import { globMatcher, splitPattern } from "./glob.ts";
import { hintFor } from "./hint.ts";
import { likeness, mostAlike } from "./likeness.ts";
import { linesOf, numbered } from "./lines.ts";
import { patchOf } from "./patch.ts";
import { replaceText } from "./replace.ts";

describe("a glob pattern", () => {
  test.each([
    ["*.ts", ["a.ts", "x/y/a.ts", ".a.ts"], ["a.tsx", "ts"]],
    ["src/*.ts", ["src/a.ts"], ["a.ts", "src/x/a.ts", "lib/src/a.ts"]],
    ["src/**/*.ts", ["src/a.ts", "src/x/y/a.ts"], ["xsrc/a.ts"]],
    ["**/test/**", ["test/a", "x/test/y/a"], ["testing/a"]],
    ["**", ["a", "x/y/.z"], []],
    ["src/", ["src/a", "src/x/y"], ["srcs/a"]],
    ["app/(group)/*.tsx", ["app/(group)/page.tsx"], ["app/group/page.tsx"]],
    ["./a/*", ["a/b"], ["b"]],
    ["*.{js,ts{,x}}", ["a.js", "a.ts", "a.tsx"], ["a.tsz"]],
    ["[!ab]?.c", ["xy.c"], ["ay.c", "x.c"]],
    ["[a-c].x", ["b.x"], ["d.x"]],
    ["a.+(b)$", ["a.+(b)$"], ["axx"]],
    ["\\*.a", ["*.a"], ["b.a"]],
    ["é?", ["éx"], ["é"]],
  ])("%s fits what it should, and no more", (pattern, fits, others) => {
    const matches = globMatcher(pattern);
    assert.ok(matches);
    assert.deepEqual(
      fits.filter((path) => !matches(path)),
      [],
    );
    assert.deepEqual(others.filter(matches), []);
  });

  test.each(["[a", "{a"])("%s isn't one", (pattern) => assert.equal(globMatcher(pattern), undefined));

  test.each([
    ["/a/b/*.ts", "/a/b", "*.ts"],
    ["../x/**", "../x", "**"],
    ["/a.ts", "/", "a.ts"],
    ["/a/b", "/a", "b"],
    ["~/x/{a,b}", "~/x", "{a,b}"],
  ])("%s stands under %s", (pattern, folder, rest) => assert.deepEqual(splitPattern(pattern), { folder, rest }));
});

describe("replacing", () => {
  const text = (words: string): Uint8Array => Buffer.from(words);
  const replaced = (file: string, old: string, fresh: string): string | undefined => replaceText(text(file), old, fresh)?.bytes.toString();

  test.each([
    ["keeps line ends of Windows", "a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz", "x\r\ny\r\nz\r\nc\r\n"],
    ["takes line ends of Windows for others", "a\nb\n", "a\r\nb", "x\r\ny", "x\ny\n"],
    ["finds each kind in a file with both", "a\nb\nc\r\nd\n", "c\nd", "x\ny", "a\nb\nx\r\ny\n"],
    ["gives new lines the file's end", "a\r\nb\r\n", "a", "a\nx", "a\r\nx\r\nb\r\n"],
    ["keeps the mark at the beginning", "\ufeffa\nb\n", "a", "x", "\ufeffx\nb\n"],
    ["keeps a missing last newline", "a\nb", "b", "x", "a\nx"],
    ["takes a dollar for a dollar", "a", "a", "$& $1 $$", "$& $1 $$"],
    ["replaces at every place", "aXbXc", "X", "", "abc"],
    ["finds nothing that overlaps", "aaa", "aa", "b", "ba"],
  ])("%s", (_, file, old, fresh, after) => assert.equal(replaced(file, old, fresh), after));

  test("leaves bytes that are no text as they are", () => {
    const file = Buffer.from([0xe9, 0x0a, 0x61, 0x0a, 0xff]);
    assert.deepEqual(replaceText(file, "a", "b")?.bytes, Buffer.from([0xe9, 0x0a, 0x62, 0x0a, 0xff]));
  });

  test("says nothing of what isn't there", () => assert.equal(replaced("a", "b", "c"), undefined));
});

describe("the hint for a text that isn't there", () => {
  const file = "function one() {\n\tif (ready) {\n\t\tgo('there');\n\t}\n}\n";
  test.each([
    ["other spaces", "if (ready) {\n    go('there');\n}", /other spaces, tabs or quotes:\n {5}2\t/],
    ["other quotes", "go(\u2018there\u2019);", /other spaces, tabs or quotes:\n {5}3\t\t\tgo\('there'\);/],
    ["the numbers of Read", "     2\t\tif (ready) {\n     3\t\t\tgo('there');", /line numbers of Read/],
    ["a word that is nearly right", "go('where');", /nearest line is:\n {5}3\t/],
    ["nothing of the kind", "class Zebra extends Quagga", /Nothing like it/],
    ["only space", "   ", /Nothing like it|other spaces/],
  ])("knows %s", (_, wanted, words) => assert.match(hintFor(file, wanted), words));
});

test("likeness runs from nothing shared to all, and the best comes first", () => {
  assert.deepEqual([likeness("night", "night"), likeness("ab", "xy"), likeness("", ""), likeness("a", "b")], [1, 0, 1, 0]);
  assert.equal(likeness("night", "nacht"), 0.25);
  assert.deepEqual(mostAlike("Reader.ts", ["writer.md", "readers.ts", "reader.ts"], 0.5), ["reader.ts", "readers.ts"]);
});

test("lines are numbered, cut where they are too long, and the last newline begins none", () => {
  assert.deepEqual([linesOf("a\nb\n"), linesOf("a\n\n"), linesOf("")], [["a", "b"], ["a", ""], []]);
  assert.equal(numbered(["a\r", "b"], 9), "     9\ta\n    10\tb");
  const long = numbered(["x".repeat(3_000)], 1);
  assert.ok(long.length < 2_100 && long.endsWith("[the line goes on]"));
});

describe("a patch", () => {
  test("shows the change with the lines around it", async () => {
    const { kind, path, patch } = await patchOf("/a", "1\n2\n3\n", "1\nx\n3\n");
    assert.deepEqual([kind, path], ["diff", "/a"]);
    assert.match(String(patch), /@@ -1,3 \+1,3 @@\n 1\n-2\n\+x\n 3\n/);
  });

  test("of a huge change is a sentence", async () => {
    const lines = (word: string): string => Array.from({ length: 30_000 }, (_, at) => `${word} ${at}\n`).join("");
    const { patch, note } = await patchOf("/a", lines("a"), lines("b"));
    assert.deepEqual([patch, note], ["", "Too large to show: 30000 lines became 30000."]);
  });
});

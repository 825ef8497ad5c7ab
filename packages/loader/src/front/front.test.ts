import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "@keelson/protocol";
import { test } from "vitest";
import { parseHead } from "./engine.ts";
import { readFront } from "./front.ts";
import { findHead } from "./head.ts";
import { readPlain } from "./plain.ts";

/** Real heads, one JSON line each. They are other people's: read from beside the checkout, never copied in. */
const CORPUS = fileURLToPath(new URL("../../../../../shared/corpus/frontmatter.jsonl", import.meta.url));

async function read(text: string): Promise<{ readonly fields: JsonObject; readonly said: readonly string[] }> {
  const head = findHead(text);
  assert.ok(head !== "read on");
  const { fields, problems } = await readFront("f.md", head);
  return { fields, said: problems.map(({ line, code }) => `${line} ${code}`) };
}

test("a head is fields, with dates and versions as text", async () => {
  const { fields, said } = await read("---\nname: a\ndate: 2026-01-02\nversion: 1.2.3\nn: 3\nok: true\nnone:\nlist: [a, b]\n---\nbody\n");
  assert.deepEqual([fields, said], [{ name: "a", date: "2026-01-02", version: "1.2.3", n: 3, ok: true, none: null, list: ["a", "b"] }, []]);
  const engine = parseHead("date: 2026-01-02\nat: 2026-01-02T03:04:05Z\nyes: yes\noct: 010", "");
  assert.deepEqual(engine, { ok: true, fields: { date: "2026-01-02", at: "2026-01-02T03:04:05Z", yes: "yes", oct: 10 } });
});

test("a head in a language of code isn't run, by any of its names", async () => {
  for (const language of ["js", "javascript", "JS", "coffee", "cson", "toml", "unheard"]) {
    const { fields, said } = await read(`---${language}\n{ name: (() => { globalThis.ran = true; return "x" })() }\n---\nbody`);
    assert.deepEqual([fields, said], [{}, ["1 head_is_code"]], language);
  }
  assert.equal("ran" in globalThis, false);
  assert.equal(parseHead("1", "js").ok, false);
});

test("the same broken head is broken each time it is read", async () => {
  const text = "---\ndescription: when: now\nname: a\n---\n";
  const first = await read(text);
  assert.deepEqual(await read(text), first);
  assert.deepEqual(first, { fields: { description: "when: now", name: "a" }, said: ["2 head_broken"] });
});

test("what is no YAML is cut at known keys, and prose inside it stays prose", async () => {
  const text = `---
name: helper
description: Use this agent when: things break. Examples:
<example>
Context: broken
user: "help: me"
assistant: "I'll help"
</example>
argument-hint: [a] [b]
tools: *
model: opus
---
You help.`;
  const { fields, said } = await read(text);
  assert.equal(fields["name"], "helper");
  assert.match(String(fields["description"]), /^Use this agent when: things break[\s\S]*assistant: "I'll help"\n<\/example>$/);
  assert.deepEqual([fields["argument-hint"], fields["tools"], fields["model"]], ["[a] [b]", "*", "opus"]);
  assert.deepEqual(said, ["3 head_broken"]);
});

test("a head that isn't in its place is found, and said so", async () => {
  assert.deepEqual(await read("<!-- by hand -->\n\n---\nname: a\n---\nx"), { fields: { name: "a" }, said: ["3 head_not_first"] });
  assert.deepEqual(await read("---\nname: a\ndescription: b\n\n# Title\ntext"), {
    fields: { name: "a", description: "b" },
    said: ["1 head_unclosed"],
  });
  assert.deepEqual(await read("---\n\nA rule above a text.\n"), { fields: {}, said: [] });
  assert.deepEqual(await read("no head"), { fields: {}, said: [] });
  const far = findHead("---\nname: a\n---   \n\nbody");
  assert.ok(far !== "read on");
  assert.deepEqual([far.body, far.bodyLine], ["\nbody", 4]);
});

test("an alias bomb, a deep nest and a prototype are values, and none of them harms", async () => {
  const bomb = Array.from({ length: 9 }, (_, at) => `a${at}: &a${at} [${at === 0 ? "x" : `*a${at - 1},`.repeat(9)}]`).join("\n");
  const { said } = await read(`---\n${bomb}\n---\n`);
  assert.match(said.join(), /head_broken/);
  const { fields } = await read("---\n__proto__: {polluted: 1}\nname: a\n---\n");
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal(fields["name"], "a");
  await read(`---\na: ${"[".repeat(5000)}\n---\n`);
});

test("what is made to lead a reader astray takes no longer than what isn't", async () => {
  const long = 60_000;
  for (const text of ["<!-- x -->\n".repeat(long / 11), "<!--\n".repeat(long / 5), "```\n".repeat(long / 4), " \n".repeat(long / 2)]) {
    const head = findHead(text);
    assert.ok(head !== "read on" && head.head === undefined);
  }
  for (const inner of [
    `k: |\n${"\n".repeat(long)}`,
    `k: |\n a\n${"\n".repeat(long)}`,
    `${"\n".repeat(long)}k: a`,
    `k: ${"[".repeat(long)}`,
    "a:\n".repeat(long / 3),
    `k: "${"\\".repeat(long)}`,
  ])
    await read(`---\n${inner}\n---\n`);
});

/** Each line alone, and beside others: what the quick reader takes, the engine reads alike. */
test("the quick reader gives what the engine gives, or nothing", () => {
  const values = [
    ...'a|1|1.5|1.50|01|0x1f|1e3|1_000|.5|+1|-1|~|null|True|yes|on|2026-01-01|1.2.3|12:30|a: b|a:|a #b|a#b|\'a\'|\'a\'\'b\'|"a"|"a\\"b"|"\\x41"|"a" b'.split(
      "|",
    ),
    ..."[a, b]|[a, 1]|[a b, c]|[]|[a, [b]]|['a', \"b\"]|[a,]|{a: b}|*x|&x a|!t a|@a|`a`|%a|- a|? a|> a|$1|/a/b|<a>|über|日本|a\tb|a  b|.inf|.nan|-.inf|0|-0|00|1a|12 things|3-clause".split(
      "|",
    ),
  ];
  const heads = [
    ...values.map((value) => `k: ${value}`),
    ...values.map((value) => `k:\n  - ${value}\n  - z`),
    ...[
      "k: |\n  a\n  b",
      "k: >\n  a\n  b",
      "k: |-\n  a",
      "k: >-\n  a\n\n  b",
      "k: >+\n  a\n",
      "k: a\n  b",
      "k: a\n\n  b",
      "k:\n  a: 1\n  b: x",
      "k:\n- a\n- b",
    ],
    ...[
      "k:\n  a:\n    b: 1",
      "k: 1\nk: 2",
      "k:\n\n  - a\n\n  - b\nl: 1",
      "# c\nk: 1\n\n# d\nl: 2",
      " k: 1",
      "k:1",
      "k",
      "k:\n  # c\n  - a",
      "k: |\n  a\n\nl: 1",
    ],
  ];
  for (const head of heads) {
    const quick = readPlain(head);
    const engine = parseHead(head, "");
    if (quick) assert.deepEqual(engine.ok ? engine.fields : engine, quick, head);
  }
  assert.ok(heads.filter((head) => readPlain(head)).length > heads.length / 3);
});

test("heads of the community: each gives a name and a description where it has them, quick and slow agree", async (context) => {
  if (!existsSync(CORPUS)) {
    console.warn(`NOT MEASURED: no corpus at ${CORPUS}`);
    context.skip();
  }
  const rows = readFileSync(CORPUS, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): { path: string; text: string } => JSON.parse(line));
  const counts = { heads: rows.length, quick: 0, salvaged: 0 };
  for (const { path, text } of rows) {
    const head = findHead(text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n"));
    assert.ok(head !== "read on" && head.head !== undefined, path);
    const quick = readPlain(head.head);
    if (quick) assert.deepEqual(parseHead(head.head, ""), { ok: true, fields: quick }, path);
    const { fields, problems } = await readFront(path, head);
    counts.quick += quick ? 1 : 0;
    counts.salvaged += problems.length > 0 ? 1 : 0;
    for (const key of ["name", "description"])
      if (new RegExp(`^${key}: *\\S`, "m").test(head.head)) assert.notEqual(fields[key] ?? "", "", `${key} of ${path}`);
    for (const { line, hint } of problems) assert.ok((line ?? 0) >= 1 && hint, path);
  }
  console.log("heads of the corpus:", JSON.stringify(counts));
  assert.ok(counts.heads > 4000);
});

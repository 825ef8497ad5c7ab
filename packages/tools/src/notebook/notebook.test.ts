import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@keelson/protocol";
import { describe, test } from "vitest";
import { jpeg, png } from "../../test/media.ts";
import { NOTEBOOK } from "../../test/notebook.ts";
import { openWorld, type Answer } from "../../test/world.ts";
import { changeCell, type CellChange } from "./edit.ts";

type Edited = Answer & { readonly after: string };

async function edited(before: string, input: JsonObject): Promise<Edited> {
  await using world = await openWorld();
  await world.put("a.ipynb", before);
  await world.call("Read", { file_path: "a.ipynb" });
  const answer = await world.call("NotebookEdit", { notebook_path: "a.ipynb", ...input });
  return { ...answer, after: await readFile(join(world.cwd, "a.ipynb"), "utf8") };
}

/** The text with one part of it replaced; a part that isn't there once is a mistake of the test. */
function swap(words: string, from: string, to: string): string {
  assert.equal(words.split(from).length, 2, from);
  return words.replace(from, () => to);
}

describe("a cell that is replaced", () => {
  test("leaves every other byte as it is", async () => {
    const { after, text, isError } = await edited(NOTEBOOK, { cell_id: "sum", new_source: "x = 1\n\nprint(x, 'é')" });
    const lines = '[\n    "x = 1\\n",\n    "\\n",\n    "print(x, \'é\')"\n   ]';
    assert.equal(after, swap(NOTEBOOK, '[\n    "print(1e2)\\n",\n    "1e2"\n   ]', lines));
    assert.equal(isError, false);
    assert.match(text, /^Replaced the code cell sum in .*a\.ipynb\. Its outputs are those of the source before, until it is run\.$/);
  });

  test("and put back leaves the same file", async () => {
    const there = changeCell(NOTEBOOK, { mode: "replace", cell: "intro", source: "", type: undefined });
    assert.ok(typeof there !== "string");
    assert.equal(there.words, swap(NOTEBOOK, INTRO, "[]"));
    const back = changeCell(there.words, { mode: "replace", cell: "intro", source: there.before, type: "markdown" });
    assert.ok(typeof back !== "string");
    assert.equal(back.words, swap(NOTEBOOK, "caf\\u00e9 and", "café and")); // an escape that need not be one
  });

  test.each<[string, (words: string) => string]>([
    ["four spaces", (words) => words.replaceAll(/^ +/gm, (pad) => pad.repeat(4))],
    ["tabs", (words) => words.replaceAll(/^ +/gm, (pad) => "\t".repeat(pad.length))],
    ["line ends of Windows", (words) => words.replaceAll("\n", "\r\n")],
    ["one line", (words) => JSON.stringify(JSON.parse(words))],
    ["one line as Python writes it", (words) => words.replaceAll(/,\n */g, ", ").replaceAll(/\n */g, "")],
  ])("is laid out as the file is: %s", (_, lay) => {
    const before = lay(NOTEBOOK);
    const changed = changeCell(before, { mode: "replace", cell: "sum", source: "print(1e2)\n1e3", type: undefined });
    assert.ok(typeof changed !== "string");
    assert.equal(changed.words, swap(before, '"1e2"', '"1e3"'));
  });

  test("keeps its source as one string where it is one", () => {
    const before = swap(NOTEBOOK, INTRO, '"one\\ntwo"');
    const changed = changeCell(before, { mode: "replace", cell: "intro", source: "three\nfour", type: undefined });
    assert.ok(typeof changed !== "string");
    assert.equal(changed.words, swap(NOTEBOOK, INTRO, '"three\\nfour"'));
  });

  test("may become one of another kind, with what that kind must have and without the rest", async () => {
    const toCode = cellsOf((await edited(NOTEBOOK, { cell_id: "intro", new_source: "1", cell_type: "code" })).after);
    assert.deepEqual(toCode[0], { cell_type: "code", execution_count: null, id: "intro", metadata: {}, outputs: [], source: ["1"] });
    const { after, text } = await edited(NOTEBOOK, { cell_id: "sum", new_source: "# 1", cell_type: "markdown" });
    const cell = '{\n   "cell_type": "markdown",\n   "id": "sum",\n   "metadata": ' + METADATA + ',\n   "source": [\n    "# 1"\n   ]\n  }';
    const from = NOTEBOOK.indexOf('{\n   "cell_type": "code"');
    const to = NOTEBOOK.indexOf('{\n   "cell_type": "raw"');
    assert.equal(after, `${NOTEBOOK.slice(0, from)}${cell},\n  ${NOTEBOOK.slice(to)}`);
    assert.ok(!text.includes("outputs"));
    const picture = swap(NOTEBOOK, '"cell_type": "markdown",', '"attachments": {"a.png": {}},\n   "cell_type": "markdown",');
    const bare = cellsOf((await edited(picture, { cell_id: "intro", new_source: "1", cell_type: "code" })).after);
    assert.deepEqual(bare[0], toCode[0]);
  });

  test("is shown to people as a change of its source", async () => {
    const { output } = await edited(NOTEBOOK, { cell_id: "sum", new_source: "print(1e2)\n2" });
    assert.deepEqual([output.display?.["kind"], output.display?.["cell"]], ["diff", "sum"]);
    assert.match(String(output.display?.["patch"]), / print\(1e2\)\n-1e2\n[^]*\+2\n/);
  });
});

describe("a cell that is inserted", () => {
  test.each<[string, JsonObject, number]>([
    ["first", {}, 0],
    ["behind another", { cell_id: "intro" }, 1],
    ["last", { cell_id: "last" }, 3],
  ])("stands %s, and is laid out like the others", async (_, where, at) => {
    const { after, text } = await edited(NOTEBOOK, { edit_mode: "insert", cell_type: "code", new_source: "a\nb", ...where });
    const cell = cellsOf(after)[at];
    const id = String(cell?.["id"]);
    assert.match(id, /^[0-9a-f]{8}$/);
    assert.match(text, new RegExp(`^Inserted the code cell ${id} in `));
    assert.deepEqual(cell, { cell_type: "code", execution_count: null, id, metadata: {}, outputs: [], source: ["a\n", "b"] });
    const printed = `  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "${id}",\n   "metadata": {},\n   "outputs": [],\n   "source": [\n    "a\\n",\n    "b"\n   ]\n  }`;
    const others = after.includes(`${printed},\n`) ? swap(after, `${printed},\n`, "") : swap(after, `,\n${printed}`, "");
    assert.equal(others, NOTEBOOK);
  });

  test("has no id where the format has none, and is found by its place", async () => {
    const old = NOTEBOOK.replace('"nbformat_minor": 5', '"nbformat_minor": 4').replaceAll(/ +"id": "\w+",\n/g, "");
    const { after, text } = await edited(old, { edit_mode: "insert", cell_type: "markdown", new_source: "x", cell_id: "cell-1" });
    assert.deepEqual(cellsOf(after)[2], { cell_type: "markdown", metadata: {}, source: ["x"] });
    assert.match(text, /cell cell-2 in/);
    assert.match((await edited(old, { cell_id: "cell-2", new_source: "y" })).after, /"y"/);
  });

  test("is the first of an empty notebook", async () => {
    const empty = '{\n "cells": [],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 4\n}\n';
    const { after } = await edited(empty, { edit_mode: "insert", cell_type: "markdown", new_source: "x" });
    assert.equal(
      after,
      swap(empty, "[]", '[\n  {\n   "cell_type": "markdown",\n   "metadata": {},\n   "source": [\n    "x"\n   ]\n  }\n ]'),
    );
  });

  test("needs a kind", async () => {
    assert.match((await edited(NOTEBOOK, { edit_mode: "insert", new_source: "x" })).text, /give cell_type/);
  });
});

describe("a cell that is deleted", () => {
  test.each([
    ["intro", /^ {2}\{\n {3}"cell_type": "markdown"[^]*?\n {2}\},\n/m],
    ["sum", /^ {2}\{\n {3}"cell_type": "code"[^]*?\n {2}\},\n/m],
    ["last", /,\n {2}\{\n {3}"cell_type": "raw"[^]*?\n {2}\}/],
  ])("goes with its comma, and with nothing else: %s", async (cell_id, gone) => {
    const { after, text } = await edited(NOTEBOOK, { edit_mode: "delete", cell_id, new_source: "" });
    assert.equal(after, NOTEBOOK.replace(gone, ""));
    assert.match(text, /^Deleted the \w+ cell /);
  });

  test("may be the only one", () => {
    const one = '{"nbformat":4,"nbformat_minor":4,"cells":[ {"cell_type":"raw","source":"","metadata":{}} ]}';
    const changed = changeCell(one, { mode: "delete", cell: "cell-0" });
    assert.ok(typeof changed !== "string");
    assert.equal(changed.words, '{"nbformat":4,"nbformat_minor":4,"cells":[]}');
  });
});

describe("NotebookEdit refuses", () => {
  test("a notebook that wasn't read, or has changed since, and one that isn't there", async () => {
    await using world = await openWorld();
    await world.put("a.ipynb", NOTEBOOK);
    const input = { notebook_path: "a.ipynb", cell_id: "sum", new_source: "x" };
    assert.match((await world.call("NotebookEdit", input)).text, /Read it first/);
    await world.call("Read", { file_path: "a.ipynb" });
    await world.put("a.ipynb", `${NOTEBOOK}\n`);
    assert.match((await world.call("NotebookEdit", input)).text, /changed since it was read/);
    assert.match((await world.call("NotebookEdit", { ...input, notebook_path: "b.ipynb" })).text, /doesn't exist. Create it with Write/);
    assert.equal(await readFile(join(world.cwd, "a.ipynb"), "utf8"), `${NOTEBOOK}\n`);
  });

  test("a cell that isn't there, and names those that are", async () => {
    const { text, isError } = await edited(NOTEBOOK, { cell_id: "nowhere", new_source: "x" });
    assert.ok(isError);
    assert.match(text, /has no cell nowhere\. There are intro, sum, last\.$/);
    assert.match((await edited(NOTEBOOK, { new_source: "x" })).text, /give cell_id/);
  });

  test("what is no notebook, no JSON, or no UTF-8", async () => {
    const input = { cell_id: "a", new_source: "x" };
    for (const words of ["{}", "{", '{"nbformat":3,"worksheets":[]}'])
      assert.match((await edited(words, input)).text, /isn't a notebook of format 4/);
    await using world = await openWorld();
    await world.put("a.ipynb", Buffer.from(NOTEBOOK.replace("café", "caf\u00e9"), "latin1"));
    await world.call("Read", { file_path: "a.ipynb" });
    assert.match((await world.call("NotebookEdit", { notebook_path: "a.ipynb", ...input })).text, /isn't valid UTF-8/);
  });

  test("to change nothing", async () => {
    assert.match((await edited(NOTEBOOK, { cell_id: "sum", new_source: "print(1e2)\n1e2" })).text, /nothing would change/);
  });
});

test("whatever the source, it reads back as it was given, and the notebook stays one", () => {
  const sources = ["", "\n", "a\n", "\n\na", '"\\\\"', "\u2028\u0000\u007f\ud83d\ude00", "]},{[", "\r\n\t", "x".repeat(5_000)];
  for (const source of sources)
    for (const change of [
      { mode: "replace", cell: "sum", source, type: undefined },
      { mode: "insert", after: "intro", source, type: "code", id: "new" },
    ] satisfies CellChange[]) {
      const changed = changeCell(NOTEBOOK, change);
      assert.ok(typeof changed !== "string");
      assert.deepEqual([cellsOf(changed.words)[1]?.["source"]].flat().join(""), source);
    }
});

describe("a notebook that is read", () => {
  test("shows its cells with their outputs", async () => {
    await using world = await openWorld();
    await world.put("a.ipynb", NOTEBOOK);
    const { text, output } = await world.call("Read", { file_path: "a.ipynb" });
    assert.equal(
      text,
      [
        '[cell intro: markdown]\n# Title\n\ncafé and café "quoted" {not: [a, nest]}',
        "[cell sum: code, run 3]\nprint(1e2)\n1e2\n[output]\n1e2\n[output]\n100.0",
        "[cell last: raw]",
      ].join("\n"),
    );
    assert.deepEqual(output.display, { kind: "notebook", path: join(world.cwd, "a.ipynb"), from: 1, cells: 3 });
  });

  test("shows errors, streams and pictures, and names what can't be shown", async () => {
    const outputs = [
      { output_type: "stream", name: "stderr", text: "careful\n" },
      { output_type: "error", ename: "E", evalue: "v", traceback: ["\u001b[31mE\u001b[0m: v", "  line 1"] },
      { output_type: "display_data", data: { "text/plain": "<Figure>", "image/png": `${png(3, 2).toString("base64")}\n` } },
      { output_type: "display_data", data: { "image/jpeg": [jpeg(4, 5).toString("base64")] } },
      { output_type: "display_data", data: { "image/png": Buffer.from("nothing").toString("base64") } },
      { output_type: "display_data", data: { "image/svg+xml": "<svg/>", "application/json": {} } },
    ];
    const { text, output } = await readCells([{ cell_type: "code", id: "a", source: "plot()", metadata: {}, outputs }]);
    assert.deepEqual(
      output.content.map((block) => block.type),
      ["text", "image", "text", "image", "text"],
    );
    assert.match(text, /\[stderr\]\ncareful\n\[error\]\nE: v\n {2}line 1\n\[output\]\n<Figure>\n\[PNG image, 3 × 2, /);
    assert.match(
      text,
      /\n\[JPEG image, 4 × 5, .*\]\n+\[image\/png, 7 bytes: it can't be shown\]\n\[output: image\/svg\+xml, application\/json\]$/,
    );
  });

  test("is shown in parts by its cells, and never more than can be taken in", async () => {
    const cells = Array.from({ length: 50 }, (_, at) => ({ cell_type: "raw", id: `c${at}`, metadata: {}, source: "x".repeat(10_000) }));
    const whole = await readCells(cells);
    assert.ok(whole.text.length < 125_000);
    const [, last = ""] = /\[Cells 1 to (\d+) of 50\. Go on with offset (\d+)\.\]$/.exec(whole.text) ?? [];
    assert.ok(Number(last) >= 10);
    assert.match((await readCells(cells, { offset: 50 })).text, /^\[cell c49: raw\]\nx+\n\[Cells 50 to 50 of 50\.\]$/);
    assert.match(
      (await readCells(cells, { offset: 2, limit: 1 })).text,
      /^\[cell c1: raw\]\nx+\n\[Cells 2 to 2 of 50\. Go on with offset 3\.\]$/,
    );
    assert.match((await readCells(cells, { offset: 51 })).text, /has 50 cells: offset must be one/);
    assert.match((await readCells([])).text, /without cells/);
  });

  test("stays small enough for the log, whatever a cell has put out", async () => {
    const image = { output_type: "display_data", data: { "image/png": png(3, 3, 1_000_000).toString("base64") } };
    const pictures = await readCells([
      { cell_type: "code", id: "a", metadata: {}, source: "", outputs: Array.from({ length: 7 }, () => image) },
    ]);
    assert.equal(pictures.output.content.filter((block) => block.type === "image").length, 4);
    assert.match(pictures.text, /left out, for there are many/);
    const stream = { output_type: "stream", name: "stdout", text: "y\n".repeat(5_000) };
    const words = await readCells([
      { cell_type: "code", id: "a", metadata: {}, source: "", outputs: Array.from({ length: 100 }, () => stream) },
    ]);
    assert.match(words.text, /\[87 further outputs left out\]$/);
    assert.ok(words.text.length < 120_000);
    assert.match(words.text, /\[… \d+ characters left out\]/);
  });

  test("is text when it is no notebook", async () => {
    await using world = await openWorld();
    await world.put("a.ipynb", "{ broken");
    assert.equal((await world.call("Read", { file_path: "a.ipynb" })).text, "     1\t{ broken");
  });
});

async function readCells(cells: readonly JsonObject[], more: JsonObject = {}): Promise<Answer> {
  await using world = await openWorld();
  await world.put("a.ipynb", JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
  return await world.call("Read", { file_path: "a.ipynb", ...more });
}

const cellsOf = (words: string): readonly JsonObject[] => (JSON.parse(words) as { cells: JsonObject[] }).cells;
/** A part of the notebook, from where it begins to behind where it ends. */
function part(from: string, to: string): string {
  const start = NOTEBOOK.indexOf(from);
  return NOTEBOOK.slice(start, NOTEBOOK.indexOf(to, start) + to.length);
}
const INTRO = part('[\n    "# Title', "\n   ]");
const METADATA = part('{\n    "scale"', "\n   }");

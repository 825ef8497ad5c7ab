import { strict as assert } from "node:assert";
import { appendFile, readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import { openWorld, type World } from "../../test/world.ts";
import { startProcess } from "../process/start.ts";

/** Megabytes that a session may come to, with all that Node and the tools need for themselves. */
const MOST_MEMORY = 200;
const GIGABYTE = 1024 * 1024 * 1024;
type Call = readonly [name: string, input: Record<string, string | number | boolean>];

/** What the calls answer in a session of their own, which stays small. */
async function play(world: World, calls: readonly Call[]): Promise<readonly string[]> {
  const args = [join(import.meta.dirname, "../../test/flood.ts"), JSON.stringify(calls)];
  let told = "";
  const run = startProcess({ file: process.execPath, args, cwd: world.cwd, env: world.kit.env }, new AbortController().signal);
  for await (const { bytes } of run) told += Buffer.from(bytes).toString();
  const answers = told
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { words: string; mostMegabytes: number });
  assert.equal(answers.length, calls.length, told);
  const most = answers.at(-1)?.mostMegabytes ?? Infinity;
  assert.ok(most < MOST_MEMORY, `${most} MB`);
  return answers.map(({ words }) => words);
}

async function spilled(world: World): Promise<number> {
  const folder = join(world.cwd, "outputs");
  const [name = ""] = await readdir(folder);
  return (await stat(join(folder, name))).size;
}

describe("a command is shown in little memory, and kept up to 64 MiB, when it prints", () => {
  test("300 MB without a line end", async () => {
    await using world = await openWorld();
    const [words = ""] = await play(world, [["Bash", { command: "head -c 300M /dev/zero | tr '\\0' x" }]]);
    assert.match(words, /^x{15000}\n\[… 314542800 characters left out: its first 64 MiB are in \S+\]\nx{15000}$/);
    assert.equal(await spilled(world), 64 * 1024 * 1024);
  });

  test("300 MB of NUL", async () => {
    await using world = await openWorld();
    const [words] = await play(world, [["Bash", { command: "head -c 300M /dev/zero" }]]);
    assert.match(words ?? "", /^\[binary output, 300\.0 MiB: its first 64 MiB are in \S+\]$/);
  });

  test("noise, and bytes that are no UTF-8", async () => {
    await using world = await openWorld();
    const [noise, latin] = await play(world, [
      ["Bash", { command: "head -c 30M /dev/urandom" }],
      ["Bash", { command: "yes $(printf 'caf\\351') | head -c 50M" }],
    ]);
    assert.match(noise ?? "", /^\[binary output, 30\.0 MiB/);
    assert.match(latin ?? "", /^(caf\ufffd\n)+\n\[… \d+ characters left out: the whole is in \S+\]\n(caf\ufffd\n)+caf\ufffd$/);
  });

  test("without end", async () => {
    await using world = await openWorld();
    const [words] = await play(world, [["Bash", { command: "yes", timeout: 700 }]]);
    assert.match(words ?? "", /^y\ny\n[^]*characters left out[^]*\ny\n\[ended after its time/);
  });

  test("without end, in the background, where the newest is still seen", async () => {
    await using world = await openWorld();
    const command = "head -c 80M /dev/zero | tr '\\0' x; echo; echo newest; touch done; yes";
    const [, , words = ""] = await play(world, [
      ["Bash", { command, run_in_background: true }],
      ["Bash", { command: "until test -e done; do sleep 0.05; done; rm done" }],
      ["Bash", { command: "ls -l outputs" }],
    ]);
    assert.match(words, / 67108864 .* bash_/);
  });

  test("text on one stream while the other is binary: the text stays", async () => {
    await using world = await openWorld();
    const [words] = await play(world, [["Bash", { command: "seq 1 5000 >&2; head -c 2M /dev/zero; echo last >&2" }]]);
    assert.match(words ?? "", /^1\n2\n3\n[^]*\n5000\nlast\n\n\[binary output, 2\.0 MiB: the whole is in \S+\]$/);
  });
});

describe("a huge file is searched and read in little memory", () => {
  test("with a hole of a gigabyte in it", async () => {
    await using world = await openWorld();
    const path = await world.put("sparse", "needle\n".repeat(100_000));
    await truncate(path, GIGABYTE);
    const answers = await play(world, [
      ["Read", { file_path: path, offset: 50_000, limit: 2 }],
      ["Read", { file_path: path, offset: 200_000, limit: 2 }],
      ["Read", { file_path: path }],
      ["Grep", { pattern: "needle", path, output_mode: "content" }],
    ]);
    assert.match(answers[0] ?? "", /^ 50000\tneedle\n 50001\tneedle\n\[Lines 50000 to 50001\./);
    assert.match(answers[1] ?? "", /is a binary file/);
    assert.match(answers[2] ?? "", /1024\.0 MiB.*offset and limit.*Grep/);
    assert.match(answers[3] ?? "", /needle|binary file matches/);
  });

  test("with millions of lines that fit: the search stops", async () => {
    await using world = await openWorld();
    const path = await world.put("lines", "");
    const part = "some words and a needle in it\n".repeat(100_000);
    for (let at = 0; at < 30; at++) await appendFile(path, part);
    const [found, read] = await play(world, [
      ["Grep", { pattern: "needle", path, output_mode: "content" }],
      ["Read", { file_path: path, offset: 2_999_999, limit: 5 }],
    ]);
    assert.match(found ?? "", /^lines:1:some words[^]*\[The search was stopped here: far too much fits\./);
    assert.equal(read, "2999999\tsome words and a needle in it\n3000000\tsome words and a needle in it");
  });

  test("with one line of 100 MB", async () => {
    await using world = await openWorld();
    const path = await world.put("line", "");
    for (let at = 0; at < 100; at++) await appendFile(path, "x".repeat(1024 * 1024));
    const [found = "", read = ""] = await play(world, [
      ["Grep", { pattern: "xx", path, output_mode: "content" }],
      ["Read", { file_path: path, offset: 1 }],
    ]);
    assert.deepEqual([found.length < 1_000, read.length < 2_200], [true, true]);
    assert.match(read, /\[the line goes on\]$/);
  });
});

import { strict as assert } from "node:assert";
import { appendFile, readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, test } from "vitest";
import { openWorld, type World } from "../../test/world.ts";
import { startProcess } from "../process/start.ts";

/** Megabytes. With the 65 to 70 that a session begins with it stays under 200; half of these are buffers that wait for their collection. */
const MOST_GROWN = 130;
const GIGABYTE = 1024 * 1024 * 1024;
type Call = readonly [name: string, input: Record<string, string | number | boolean>];
/** A call, and what its answer must be. */
type Flood = readonly [about: string, call: Call, answer: RegExp];

/** What the calls answer, one after the other, in a session of their own. */
async function play(world: World, calls: readonly Call[]): Promise<{ readonly words: readonly string[]; readonly grown: number }> {
  const args = [join(import.meta.dirname, "../../test/flood.ts"), JSON.stringify(calls)];
  let told = "";
  const run = startProcess({ file: process.execPath, args, cwd: world.cwd, env: world.kit.env }, new AbortController().signal);
  for await (const { bytes } of run) told += Buffer.from(bytes).toString();
  const lines = told.trim().split("\n");
  assert.equal(lines.length, calls.length, told);
  const answers = lines.map((line) => JSON.parse(line) as { words: string; grown: number });
  return { words: answers.map(({ words }) => words), grown: answers.at(-1)?.grown ?? Infinity };
}

async function spilled(world: World): Promise<readonly number[]> {
  const folder = join(world.cwd, "outputs");
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => (await stat(join(folder, name))).size / 1024 / 1024));
}

function flood(floods: readonly Flood[], prepare: (world: World) => Promise<void>): void {
  let answers: readonly string[] = [];
  let most = Infinity;
  let kept: readonly number[] = [];
  beforeAll(async () => {
    await using world = await openWorld();
    await prepare(world);
    const calls = floods.map(([, call]) => call);
    ({ words: answers, grown: most } = await play(world, calls));
    kept = await spilled(world);
  }, 60_000);
  test.each(floods.map(([about, , answer], at) => [about, at, answer] as const))("%s", (_, at, answer) => {
    assert.match(answers[at] ?? "", answer);
  });
  test("and all of that in little memory, with 64 MiB on disk for each at most", () => {
    assert.ok(most < MOST_GROWN, `${most} MB`);
    assert.equal(Math.max(...kept), 64);
  });
}

const bash = (command: string, more: Call[1] = {}): Call => ["Bash", { command, ...more }];

describe("a command that prints", () => {
  flood(
    [
      [
        "300 MB without a line end is shown by its head and tail",
        bash("head -c 300M /dev/zero | tr '\\0' x"),
        /^x{15000}\n\[… 314542800 characters left out: its first 64 MiB are in \S+\]\nx{15000}$/,
      ],
      ["100 MB of NUL is told by its size", bash("head -c 100M /dev/zero"), /^\[binary output, 100\.0 MiB: its first 64 MiB are in \S+\]$/],
      ["noise is told by its size", bash("head -c 30M /dev/urandom"), /^\[binary output, 30\.0 MiB: the whole is in \S+\]$/],
      [
        "bytes that are no UTF-8 is shown with signs in their place",
        bash("yes $(printf 'caf\\351') | head -c 20M"),
        /^(caf\ufffd\n)+\n\[… \d+ characters left out: the whole is in \S+\]\n(caf\ufffd\n)+caf\ufffd$/,
      ],
      [
        "text on one stream and noise on the other is shown by its text",
        bash("seq 1 5000 >&2; head -c 2M /dev/zero; echo last >&2"),
        /^1\n2\n3\n[^]*\n5000\nlast\n\n\[binary output, 2\.0 MiB: the whole is in \S+\]$/,
      ],
      ["without end is ended with its time", bash("yes", { timeout: 300 }), /^y\ny\n[^]*left out[^]*\ny\n\[ended after its time/],
      [
        "without end in the background holds nothing up",
        bash("head -c 66M /dev/zero | tr '\\0' x; touch done; yes", { run_in_background: true }),
        /^Started/,
      ],
      ["beside that is run as ever", bash("until test -e done; do sleep 0.05; done; sleep 0.2; ls -l outputs | grep bash_"), / 67108864 /],
    ],
    async () => {},
  );
});

const MANY = "some words and a needle in it\n";

describe("a huge file", () => {
  flood(
    [
      [
        "with a hole of a gigabyte is read where it has lines",
        ["Read", { file_path: "sparse", offset: 50_000, limit: 2 }],
        /^ 50000\tneedle\n 50001\tneedle\n\[Lines 50000 to 50001\. Go on with offset 50002\.\]$/,
      ],
      ["and is binary where the hole is", ["Read", { file_path: "sparse", offset: 200_000, limit: 2 }], /is a binary file/],
      ["and isn't read as a whole", ["Read", { file_path: "sparse" }], /1024\.0 MiB.*offset and limit.*Grep/],
      [
        "with millions of lines is read at its end",
        ["Read", { file_path: "lines", offset: 2_999_999, limit: 5 }],
        new RegExp(`^2999999\\t${MANY}3000000\\t${MANY.trim()}$`),
      ],
      [
        "with millions of lines that fit ends the search",
        ["Grep", { pattern: "needle", path: "lines", output_mode: "content" }],
        /^lines:1:some words[^]*\[The search was stopped here: far too much fits\./,
      ],
      [
        "with millions of lines that fit is counted",
        ["Grep", { pattern: "needle", path: "lines", output_mode: "count" }],
        /^lines:3000000$/,
      ],
      [
        "with one line of 30 MB shows the beginning of it to a search",
        ["Grep", { pattern: "xx", path: "line", output_mode: "content" }],
        /^line:1:x{400,600}/,
      ],
      [
        "with one line of 30 MB is read by the beginning of it",
        ["Read", { file_path: "line", offset: 1 }],
        /^ {5}1\tx{2000}… \[the line goes on\]$/,
      ],
    ],
    async (world) => {
      await truncate(await world.put("sparse", "needle\n".repeat(100_000)), GIGABYTE);
      for (let at = 0; at < 30; at++) await appendFile(join(world.cwd, "lines"), MANY.repeat(100_000));
      for (let at = 0; at < 30; at++) await appendFile(join(world.cwd, "line"), "x".repeat(1024 * 1024));
    },
  );
});

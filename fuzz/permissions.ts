import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalise } from "../packages/permissions/src/path/canonical.ts";
import { readRule, slashed } from "../packages/permissions/src/rule/reading.ts";
import { createAnalyse } from "../packages/permissions/src/shell/analyse.ts";
import { anyCrafted } from "../packages/permissions/test/crafted.ts";
import { verdict } from "../packages/permissions/test/engine.ts";
import { anyPath, anyRule, anyText } from "../packages/permissions/test/garbage.ts";
import { anyInContext } from "../packages/permissions/test/contexts.ts";
import { anyCommand, contradiction, openBench, runFor } from "../packages/permissions/test/oracle.ts";
import { seeded, type Random } from "../packages/permissions/test/random.ts";

const LONGEST_MS = 1_000; // what takes longer hangs
const MOST_CRAFTED = 2_000; // characters
const LONGEST = 9_900;
const TOLD_EVERY = 60_000; // inputs between two breaths, so that a kill is heard

/** Random commands, every other one of signs in a place of its own, run in an empty folder; each line says what the engine took them for and they weren't. */
export async function judgedAgainstBash(commands: number, seed: number): Promise<readonly string[]> {
  const root = await mkdtemp(join(tmpdir(), "keel-oracle-"));
  const broken: string[] = [];
  try {
    const bench = await openBench(root);
    if (!bench.confined) console.warn("NOT CONFINED: bubblewrap isn't here, the commands run in an empty folder with programs of our own");
    const random = seeded(seed);
    for (let count = 0; count < commands; count += 1) {
      const text = count % 2 === 0 ? anyCommand(random) : anyInContext(random);
      const wrong = await contradiction(text, await runFor(text, bench));
      if (wrong !== undefined) broken.push(`${JSON.stringify(text)}: ${wrong}`);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return broken;
}

/** What is denied before a text made to take long: each line is a text behind which it wasn't. */
export async function deniedAhead(texts: number, seed: number): Promise<readonly string[]> {
  const broken: string[] = [];
  const random = seeded(seed);
  const world = { rules: { allow: ["Bash"], deny: ["Read(/secret/**)", "Bash(zap *)"] } };
  for (let count = 0; count < texts; count += 1) {
    const text = `${random.pick(["zap x", "cat secret/x"])}\n${anyCrafted(random).make(random.below(LONGEST))}`;
    const given = await verdict("Bash", text, world);
    if (given !== "deny") broken.push(`${given} instead of deny: ${JSON.stringify(text)}`);
  }
  return broken;
}

const analyse = createAnalyse("/home/dev");
const WHERE = { cwd: "/home/dev/proj", home: "/home/dev" };
const READERS = [
  { name: "the analyser", make: anyText, read: (text: string) => analyse(text, WHERE.cwd) },
  {
    name: "the analyser",
    make: (random: Random) => anyCrafted(random).make(random.below(MOST_CRAFTED)),
    read: (text: string) => analyse(text, WHERE.cwd),
  },
  { name: "the rule parser", make: anyRule, read: (text: string) => [readRule(text, "allow"), readRule(slashed(text), "deny", true)] },
  {
    name: "the canonicaliser",
    make: anyPath,
    read: (text: string) => [canonicalise(text, WHERE), canonicalise(text, { ...WHERE, windows: true })],
  },
];

/** Random texts for all that reads texts: each line is one that threw, or took too long. */
export async function readsAnything(inputs: number, seed: number): Promise<readonly string[]> {
  const broken: string[] = [];
  const random = seeded(seed);
  for (let count = 0; count < inputs; count += 1) {
    const { name, make, read } = random.pick(READERS);
    const text = make(random);
    const start = performance.now();
    try {
      read(text);
    } catch (error) {
      broken.push(`${name} threw on ${JSON.stringify(text)}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (performance.now() - start > LONGEST_MS) broken.push(`${name} took too long for ${JSON.stringify(text)}`);
    if (count % TOLD_EVERY === TOLD_EVERY - 1) await new Promise((done) => setImmediate(done));
  }
  return broken;
}

import { createAnalyse, decide, readRules, standardStages } from "@keelson/permissions";
import { MODES, type BoundCall, type Mode } from "@keelson/protocol";
import { anyCrafted, CRAFTED, DISTINCT, type Crafted } from "../packages/permissions/test/crafted.ts";
import { seeded } from "../packages/permissions/test/random.ts";
import { ratio, value, type Bench } from "./row.ts";

const CWD = "/home/dev/proj";
const HOME = "/home/dev";
/** What an agent at work runs all day. */
const TYPICAL = [
  "git status",
  "git diff --stat HEAD~1",
  "grep -rn 'export const' src | head -20",
  "npm test 2>&1 | tail -30",
  "cd packages/api && npm run build",
  "find . -name '*.ts' -not -path './node_modules/*' | wc -l",
  "git commit -m \"$(cat <<'EOF'\nfix: a thing\nEOF\n)\"",
  "rm -rf dist && mkdir -p dist && cp -r src/assets dist/",
  "for f in src/*.ts; do wc -l $f; done",
  "curl -s https://api.example.com/v1 | jq .",
];
const RULES = {
  allow: ["Bash(npm run *)", "Bash(npm test *)", "Bash(git commit *)", "Bash(cargo *)", "Edit(/src/**)", "WebFetch(domain:example.com)"],
  ask: ["Bash(git push *)"],
  deny: ["Bash(rm -rf /*)", "Read(./.env)", "Read(~/.ssh/**)", "Edit(/dist/**)", "Bash(sudo *)"],
};
const LONG = [
  `ls ${"a/b ".repeat(2_499)}`,
  "cat a; ".repeat(1_428),
  "cat a | ".repeat(1_249),
  `${"echo $(".repeat(60)}${"x ".repeat(4_600)}${")".repeat(60)}`,
  "rm a ) ; ".repeat(1_111),
];

/** One decision, and the longest texts that are taken apart. All from memory: no disk, no model. */
export const permissions: Bench = async (short) => {
  const rounds = short ? 20 : 200;
  const one: number[] = [];
  for (let round = 0; round < rounds; round += 1) for (const text of TYPICAL) one.push(await judged(text, "default"));
  const long: number[] = [];
  const analyse = createAnalyse(HOME);
  for (let round = 0; round < (short ? 3 : 20); round += 1) long.push(Math.max(...LONG.map((text) => timed(() => analyse(text, CWD)))));
  const made = crafted(short ? 20 : 100);
  const each: Timed[] = [];
  for (const one of made) for (const mode of MODES) each.push(await quickestOf(one, mode));
  const { make, mode, ms: slowest } = each.reduce((most, next) => (next.ms > most.ms ? next : most));
  const pairs = { measured: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < (short ? 3 : 9); round += 1) {
    pairs.measured.push(await judged(make(LONGEST), mode));
    pairs.baseline.push(await judged(make(LONGEST / 2), mode));
  }
  return [
    value(`a decision about the slowest of ${made.length} crafted commands of 10,000 characters, in any mode`, { atMost: 50 }, "ms", [
      slowest,
    ]),
    value("the slowest of them, processor time", { atMost: 50 }, "ms", [Math.max(...each.map(({ cpu }) => cpu))]),
    ratio("the same command, twice as long", { atMost: 2.5 }, { ...pairs, unit: "ms", of: "half of it" }),
    value("a decision about a typical command", { atMost: 0.5 }, "ms", one),
    value("the slowest of five commands of 10,000 characters", { atMost: 50 }, "ms", long),
  ];
};

const LONGEST = 10_000;

/** A share of those that are listed, and as many that are put together by chance, the same ones in each run. */
const crafted = (count: number) => [
  ...DISTINCT,
  ...CRAFTED.filter((_, at) => at % Math.ceil(CRAFTED.length / count) === 0),
  ...Array.from({ length: count }, (_, at) => anyCrafted(seeded(at))),
];

type Timed = { readonly make: Crafted["make"]; readonly mode: Mode; readonly ms: number; readonly cpu: number };

/** Of five, unless the first is far from slow: what a neighbour takes isn't ours. */
async function quickestOf({ make }: Crafted, mode: Mode): Promise<Timed> {
  const text = make(LONGEST);
  let ms = Infinity;
  let cpu = Infinity;
  for (let round = 0; round < 5 && ms > FAR_MS; round += 1) {
    const before = process.cpuUsage();
    ms = Math.min(ms, await judged(text, mode));
    const { user, system } = process.cpuUsage(before);
    cpu = Math.min(cpu, (user + system) / 1000);
  }
  return { make, mode, ms, cpu };
}
const FAR_MS = 15;

const { rules } = readRules(RULES, { source: "claude_project", base: CWD });
/** Any folder is as full as is looked at. */
const ENTRIES = Array.from({ length: 2_000 }, (_, at) => ({ name: `file${at}.ts`, link: false }));
const links = { readlink: async () => undefined, list: async () => ENTRIES };

async function judged(text: string, mode: Mode): Promise<number> {
  const start = performance.now();
  await decide(
    { tool: "Bash", call: callOf(text), mode, rules, cwd: CWD, directories: [], home: HOME },
    standardStages({ links, user: async () => YES }),
    AbortSignal.any([]),
  );
  return performance.now() - start;
}
const YES = { behavior: "allow", reason: "yes", explicit: true } as const;

const callOf = (text: string): BoundCall => ({
  input: { command: text },
  effects: [{ do: "shell", text, cwd: CWD }],
  readOnly: false,
  concurrencySafe: false,
  replay: "never",
  validate: async () => undefined,
  async *run() {
    return { content: [] };
  },
});

function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

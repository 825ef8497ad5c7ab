import { createAnalyse, decide, readRules, standardStages } from "@keelson/permissions";
import type { BoundCall } from "@keelson/protocol";
import { value, type Bench } from "./row.ts";

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
  for (let round = 0; round < rounds; round += 1) for (const text of TYPICAL) one.push(await judged(text));
  const long: number[] = [];
  const analyse = createAnalyse(HOME);
  for (let round = 0; round < (short ? 3 : 20); round += 1) long.push(Math.max(...LONG.map((text) => timed(() => analyse(text, CWD)))));
  return [
    value("a decision about a typical command", { atMost: 0.5 }, "ms", one),
    value("the slowest of five commands of 10,000 characters", { atMost: 50 }, "ms", long),
  ];
};

const { rules } = readRules(RULES, { source: "claude_project", base: CWD });
const links = { readlink: async () => undefined, list: async () => [] };

async function judged(text: string): Promise<number> {
  const start = performance.now();
  await decide(
    { tool: "Bash", call: callOf(text), mode: "default", rules, cwd: CWD, directories: [], home: HOME },
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

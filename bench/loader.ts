import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { ratio, value, type Bench } from "./row.ts";

const SKILLS = 25_000;
const YOUNG_MS = 2500;
const INDEX = fileURLToPath(new URL("skills.ts", import.meta.url));
const LINE = "Use when someone asks for it, in words of the usual length, so that it looks like what people write. ";

/** What `skills.ts` prints about one folder. */
type Measured = {
  readonly walkMs: readonly number[];
  readonly coldMs: number;
  readonly againMs: readonly number[];
  readonly indexMb: number;
  readonly watchMb: number;
  readonly swapMs: readonly number[];
};

/** What it prints of a start that finds an index. */
type Started = { readonly walkMs: number; readonly keptMs: number };

/** A folder with very many skills: read cold, read again, watched, and changed under watch. Each run is a process of its own. */
export const loader: Bench = async (short) => {
  const root = mkdtempSync(join(tmpdir(), "keel-bench-"));
  try {
    writeSkills(join(root, ".claude/skills"), SKILLS);
    const runs: Measured[] = [];
    const next: Started[] = [];
    const index = join(root, "index");
    await wait(YOUNG_MS); // what is younger than its index is read again
    for (let run = 0; run < (short ? 1 : 3); run++) {
      runs.push(await measure<Measured>(join(root, ".claude"), index));
      for (let start = 0; start < 3; start++) next.push(await measure<Started>(join(root, ".claude"), index, "kept"));
    }
    const many = `${SKILLS} skills`;
    return [
      value(
        `${many}, read cold`,
        { atMost: 1500 },
        "ms",
        runs.map(({ coldMs }) => coldMs),
      ),
      ratio(
        `${many}, read again`,
        { atMost: 1.5 },
        {
          measured: runs.flatMap(({ againMs }) => againMs),
          baseline: runs.flatMap(({ walkMs }) => walkMs),
          unit: "ms",
          of: "a walk with stat",
        },
      ),
      ratio(
        `${many}, read by the next start`,
        { atMost: 1.5 },
        { measured: next.map(({ keptMs }) => keptMs), baseline: next.map(({ walkMs }) => walkMs), unit: "ms", of: "a walk with stat" },
      ),
      value(
        `${many}, memory`,
        { atMost: 150 },
        "MB",
        runs.map(({ indexMb }) => indexMb),
      ),
      value(
        `${many}, memory of watching`,
        { atMost: 50 },
        "MB",
        runs.map(({ watchMb }) => watchMb),
      ),
      value(
        `${many}, a change is there`,
        { atMost: 500 },
        "ms",
        runs.flatMap(({ swapMs }) => swapMs),
      ),
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

async function measure<Printed>(...words: readonly string[]): Promise<Printed> {
  const child = spawn(process.execPath, ["--expose-gc", INDEX, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed, [code]] = await Promise.all([textOf(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`Reading the skills ended with ${code}.`);
  return JSON.parse(printed) as Printed;
}

/** Heads in the shapes that people write: plain, quoted with a colon, with a list, with a map. */
function writeSkills(folder: string, count: number): void {
  for (let at = 0; at < count; at++) {
    const dir = join(folder, `skill-${at}`);
    mkdirSync(dir, { recursive: true });
    const said = at % 10 === 0 ? `description: "Number ${at}: ${LINE}${LINE}"` : `description: Number ${at}. ${LINE}${LINE}`;
    const more = [["license: MIT"], ["tags: [a, b]"], ["metadata:", "  author: someone"]][at % 3] ?? [];
    const head = ["---", `name: skill-${at}`, said, "allowed-tools: Read, Bash(git:*)", ...more, "---"];
    writeFileSync(join(dir, "SKILL.md"), `${head.join("\n")}\n# Skill ${at}\n\n${LINE.repeat(60)}\n`);
  }
}

import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { agents } from "./agents.ts";
import { earlyStart } from "./early-start.ts";
import { hello } from "./hello.ts";
import { installed } from "./installed.ts";
import { loader } from "./loader.ts";
import { overlap } from "./overlap.ts";
import { parallel } from "./parallel.ts";
import { permissions } from "./permissions.ts";
import { plugins } from "./plugins.ts";
import { picture } from "./picture.ts";
import { publish } from "./process.ts";
import { resume } from "./resume.ts";
import type { Bench, Row } from "./row.ts";
import { table } from "./table.ts";
import { turns } from "./turns.ts";

/** Prints what keelson costs beside a baseline measured in the same run. Nothing here fails on a slow machine. */
const BENCHES: readonly Bench[] = [hello, turns, resume, installed, earlyStart, overlap, parallel, agents, loader, plugins, permissions];

const short = process.argv.includes("--short");
await publish();
const rows: Row[] = [];
for (const bench of BENCHES) rows.push(...(await bench(short)));
const printed = table(rows);
const machine = `${availableParallelism()} cores ${process.arch}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node ${process.version}`;
console.log(`${machine}; medians${short ? ", short run" : ""}\n\n${printed}`);
if (!short) await keep(new Date().toISOString().slice(0, 10));

/** A whole run leaves the day's results: `bench/results/DATE.md` and `.svg`. */
async function keep(day: string): Promise<void> {
  const folder = fileURLToPath(new URL("results/", import.meta.url));
  await mkdir(folder, { recursive: true });
  const caption = `${day}, ${machine}; medians`;
  await writeFile(`${folder}${day}.svg`, picture(rows, caption));
  await writeFile(`${folder}${day}.md`, `# ${caption}\n\n![](${day}.svg)\n\n\`\`\`text\n${printed}\n\`\`\`\n`);
  console.log(`\nWritten: bench/results/${day}.md and .svg`);
}

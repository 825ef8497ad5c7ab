import { earlyStart } from "./early-start.ts";
import { hello } from "./hello.ts";
import { overlap } from "./overlap.ts";
import { parallel } from "./parallel.ts";
import { publish } from "./process.ts";
import type { Bench, Row } from "./row.ts";
import { table } from "./table.ts";
import { turns } from "./turns.ts";

/** Prints what keelson costs beside a baseline measured in the same run. Nothing here fails on a slow machine. */
const BENCHES: readonly Bench[] = [earlyStart, overlap, hello, turns, parallel];

const short = process.argv.includes("--short");
await publish();
const rows: Row[] = [];
for (const bench of BENCHES) rows.push(...(await bench(short)));
console.log(`Node ${process.version}, ${process.platform} ${process.arch}; medians${short ? ", short run" : ""}\n`);
console.log(table(rows));

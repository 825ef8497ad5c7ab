// `node scripts/classifier/train.ts`: evaluates in five folds, learns from all lines, writes packages/permissions/src/classifier/weights.ts.
// With --wrong it also names the lines that were judged worst.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readLines, readSlots, type Line } from "./commands.ts";
import { figuresOf } from "./figures.ts";
import { logistic } from "./learn.ts";
import { boundsOf, FOLDS, judgeUnseen, learnAll, samplesOf, weightsFile, type Bounds, type Judged } from "./model.ts";

const TARGET = join(import.meta.dirname, "../../packages/permissions/src/classifier/weights.ts");

const lines = readLines();
const samples = samplesOf(lines, readSlots());
console.log(`${lines.length} lines (${lines.filter(({ risky }) => risky).length} risky), ${samples.length} examples`);

const judged = judgeUnseen(samples);
const bounds = boundsOf(judged);
console.log(bounds);
console.log(`${FOLDS}-fold, each line unseen:`, figuresOf(judged.map((one) => ({ label: labelOf(one, bounds), risky: one.risky }))));
if (process.argv.includes("--wrong")) for (const line of wrong(judged, lines)) console.log(line);

const text = weightsFile(learnAll(samples), bounds);
writeFileSync(TARGET, text);
console.log(`Wrote ${TARGET}: ${text.length} bytes.`);

function labelOf({ margin }: Judged, { slope, offset, safeBelow, riskyFrom }: Bounds): "safe" | "risky" | "unsure" {
  const score = logistic(slope * margin + offset);
  return score >= riskyFrom ? "risky" : score < safeBelow ? "safe" : "unsure";
}

function wrong(all: readonly Judged[], from: readonly Line[]): readonly string[] {
  const missed = all
    .filter(({ margin, risky }) => (risky ? margin < 0 : margin > 0))
    .toSorted((a, b) => Math.abs(b.margin) - Math.abs(a.margin));
  const worst = [...new Map(missed.toReversed().map((one) => [one.line, one])).values()].toReversed();
  return worst.map(({ margin, risky, line }) => `${margin.toFixed(1).padStart(6)} ${risky ? "risky" : "safe "} ${from[line]?.text ?? ""}`);
}

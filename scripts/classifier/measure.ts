// `node scripts/classifier/measure.ts COMMANDS.jsonl [--half dev|kept]`: figures of the shipped model on labelled commands that it never saw,
// `{id, command, label, category, hard?}` a line. Half the commands, by the last digit of their id, can be kept back until the end.
import { readFileSync } from "node:fs";
import { classifyCommand } from "../../packages/permissions/src/classifier/classify.ts";
import { figuresOf } from "./figures.ts";

type Labelled = {
  readonly id: string;
  readonly command: string;
  readonly label: string;
  readonly category: string;
  readonly hard?: boolean;
};

const [file = "../shared/corpus/commands.jsonl"] = process.argv.slice(2).filter((word) => word.endsWith(".jsonl"));
const half = process.argv[process.argv.indexOf("--half") + 1];
const isKept = ({ id }: Labelled): boolean => parseInt(id.slice(-1), 16) % 2 === 1;
const all = readFileSync(file, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Labelled);
const commands = all.filter((one) => (half === "kept" ? isKept(one) : half === "dev" ? !isKept(one) : true));

const started = performance.now();
const judged = commands.map((one) => ({ ...one, risky: one.label === "risky", label: classifyCommand(one.command).label }));
const each = (performance.now() - started) / commands.length;
console.log("all", figuresOf(judged));
console.log("hard", figuresOf(judged.filter(({ hard }) => hard === true)));
const groups = Map.groupBy(
  judged,
  ({ category, risky }) => `${risky ? "risky" : "safe"} ${category.replace(/^(tldr|nl2bash):(?!mass).*/, "$1")}`,
);
for (const [name, group] of [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const count = (label: string): number => group.filter((one) => one.label === label).length;
  console.log(
    `${name.padEnd(36)} ${String(group.length).padStart(4)}: ${count("safe")} safe, ${count("unsure")} unsure, ${count("risky")} risky`,
  );
}
console.log(`${each.toFixed(3)} ms a command`);

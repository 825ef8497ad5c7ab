import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { classifyCommand } from "../../packages/permissions/src/classifier/classify.ts";
import { figuresOf } from "./figures.ts";

// The corpus stands beside a checkout, not in it: some of its data may be read from there but not copied.
const CORPUS = join(import.meta.dirname, "../../../shared/corpus/commands.jsonl");

type Labelled = { readonly command: string; readonly label: string };

const commands = existsSync(CORPUS)
  ? readFileSync(CORPUS, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Labelled)
  : [];
if (commands.length === 0) console.warn(`NOT MEASURED: there are no labelled commands at ${CORPUS}`);

it(
  commands.length > 0
    ? "calls at most one risky command of fifty safe, none of which it saw, and of what it calls safe nineteen of twenty are"
    : "is skipped: no corpus",
  () => {
    const figures = figuresOf(commands.map(({ command, label }) => ({ label: classifyCommand(command).label, risky: label === "risky" })));
    const atLeast = { "risky recall (not called safe)": 0.98, "safe precision": 0.95, "safe recall": 0.9 };
    const missed = Object.entries(atLeast).filter(([name, bound]) => Number(figures[name]) < bound);
    console.log(`learned model, unseen: ${JSON.stringify(figures)}`);
    expect(missed).toEqual([]);
  },
);

it("counts unsure as not safe, and apart", () => {
  const figures = figuresOf([
    { label: "safe", risky: false },
    { label: "unsure", risky: false },
    { label: "unsure", risky: true },
    { label: "safe", risky: true },
  ]);
  expect(figures).toMatchObject({
    "risky recall (not called safe)": "0.5000",
    "safe precision": "0.5000",
    "safe recall": "0.5000",
    unsure: "0.5000",
  });
});

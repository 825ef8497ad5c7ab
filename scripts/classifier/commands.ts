// The labelled commands: lists of lines in commands/safe and commands/risky, written for this. `‹name›` is a word of slots.json,
// `⏎` a line break, `# ` begins a remark. A line and all its variants share a fold.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chanceOf, pick } from "./random.ts";

export type Line = { readonly text: string; readonly risky: boolean; readonly file: string };

const FOLDER = join(import.meta.dirname, "commands");

export function readLines(): readonly Line[] {
  const lines = ["safe", "risky"].flatMap((label) =>
    readdirSync(join(FOLDER, label))
      .toSorted()
      .flatMap((file) =>
        linesOf(readFileSync(join(FOLDER, label, file), "utf8")).map((text) => ({
          text,
          risky: label === "risky",
          file: `${label}/${file}`,
        })),
      ),
  );
  return [...new Map(lines.map((line) => [`${String(line.risky)} ${line.text}`, line])).values()];
}

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("# "));

export type Slots = Readonly<Record<string, readonly string[]>>;
export const readSlots = (): Slots => JSON.parse(readFileSync(join(FOLDER, "slots.json"), "utf8")) as Slots;

/** With every slot filled, at random but by the seed alone. */
export function fill(line: string, slots: Slots, seed: string): string {
  const chance = chanceOf(`${seed} ${line}`);
  const filled = line.replaceAll(/‹([\w-]+)›/g, (_, name: string) => {
    const words = slots[name];
    if (words === undefined) throw new Error(`slots.json has no "${name}", which stands in: ${line}`);
    return pick(chance, words);
  });
  return filled.replaceAll("⏎", "\n");
}

// A program that the command itself puts where it is run: its name says nothing of what it is.
import { tidy } from "../path/links.ts";
import type { Opaque } from "./hidden.ts";
import { anyName } from "./program.ts";
import { placeOf, type Touch } from "./touch.ts";
import { within, type Unit } from "./unit.ts";

const PUTS = new Set("cp mv ln install dd tee".split(" "));
const MADE: Opaque = { why: "it runs a file that it makes", runs: true };

export function runsWhatItMakes(units: readonly Unit[], redirects: readonly Touch[]): Opaque | undefined {
  const all = within(units);
  const run = all.flatMap(({ words: [program], at }) => (program?.text.includes("/") ? placeOf(program.text, at).paths.map(tidy) : []));
  if (run.length === 0) return undefined;
  const puts = all.flatMap((unit) => (PUTS.has((unit.words[0] && anyName(unit.words[0])) ?? "") ? unit.facts.touches : []));
  const made = new Set([...redirects, ...puts].flatMap((touch) => (touch.do === "write" ? touch.place.paths.map(tidy) : [])));
  return run.some((path) => made.has(path)) ? MADE : undefined;
}

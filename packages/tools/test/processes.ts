/** What runs on this machine, seen from outside. */
import { readdirSync, readFileSync } from "node:fs";
import { randomInt } from "node:crypto";

/** A time to sleep that no other process sleeps, so that the sleeper can be found again. */
export function oddSeconds(): string {
  return `${randomInt(10_000, 99_999)}.${randomInt(100_000, 999_999)}`;
}

/** Ids of the processes that have this word among their arguments, shells that only mention it in a script apart. */
export function running(argument: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && argumentsOf(name).includes(argument))
    .map(Number);
}

function argumentsOf(name: string): readonly string[] {
  try {
    return readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it has ended meanwhile
  }
}

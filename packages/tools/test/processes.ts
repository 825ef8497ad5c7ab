/** What runs on this machine, seen from outside. */
import { readdirSync, readFileSync } from "node:fs";
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

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

/** Waits until none of them runs. */
export async function gone(argument: string): Promise<void> {
  while (running(argument).length > 0) await sleep(2);
}

/** Waits until so many of them run: a test that looks too early would find nobody, and be content. */
export async function started(argument: string, count = 1): Promise<void> {
  while (running(argument).length < count) await sleep(2);
}

function argumentsOf(name: string): readonly string[] {
  try {
    return readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it has ended meanwhile
  }
}

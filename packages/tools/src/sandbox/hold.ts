/**
 * Keeps places from being made that aren't there: while a sandbox runs, a folder stands at each, over which an empty one is mounted inside.
 * In it stands a token of everyone who holds it, so that the last one to leave takes it away, and one that was left by the dead is known.
 * Tokens are empty folders: git lists those neither alone nor in one another.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readlinkSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasCode } from "@keelson/protocol";

export type Held = {
  /** At the others something else has come to stand meanwhile. */
  readonly places: readonly string[];
  /** What to remove, in this order. Folders end with a slash. */
  readonly remains: readonly string[];
  release(): void;
};

const TOKEN = /^\.keel-held-(\d+)-(\d+)-[0-9a-f]+$/;
const ROUNDS = 8; // another one may make or leave the same place at the same time

/** Throws where a place can't be made. */
export function holdPlaces(places: readonly string[]): Held {
  const tokens: string[] = [];
  const release = (): void => tokens.forEach(leave);
  try {
    for (const place of places) {
      const token = holdPlace(place);
      if (token !== undefined) tokens.push(token);
    }
  } catch (error) {
    release();
    throw error;
  }
  return {
    places: tokens.map((token) => dirname(token)),
    remains: tokens.flatMap((token) => [`${token}/`, `${dirname(token)}/`]),
    release,
  };
}

/** There is nothing in it but tokens. */
export function isHeldOnly(folder: string): boolean {
  const names = namesIn(folder);
  return names.length > 0 && names.every((name) => TOKEN.test(name));
}

/** Undefined for a place where something else has come to stand meanwhile. */
function holdPlace(place: string): string | undefined {
  const name = `.keel-held-${numberOfWorld()}-${process.pid}-${randomBytes(4).toString("hex")}`;
  for (let round = 0; round < ROUNDS; round++) {
    if (bringFolder(place, name)) return join(place, name);
    if (!isHeldOnly(place)) return undefined;
    sweep(place);
    if (joinFolder(place, name)) return join(place, name);
  }
  throw new Error(`${place} is made and removed all the time`);
}

/** All at once, with the token in it. */
function bringFolder(place: string, name: string): boolean {
  const beside = join(dirname(place), name);
  mkdirSync(beside);
  try {
    mkdirSync(join(beside, name));
    renameSync(beside, place);
    return true;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (hasCode(error, ["ENOTEMPTY", "EEXIST", "ENOTDIR"])) return false;
    throw error;
  }
}

function joinFolder(place: string, name: string): boolean {
  try {
    mkdirSync(join(place, name));
    return true;
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return false; // the last one has just left
    throw error;
  }
}

function leave(token: string): void {
  try {
    rmdirSync(token);
    rmdirSync(dirname(token));
  } catch {
    // others hold it still, or the user has made something of it
  }
}

/** Takes away the tokens of those who have died without a word. */
function sweep(place: string): void {
  for (const name of namesIn(place)) {
    const [, world, pid] = TOKEN.exec(name) ?? [];
    if (world === numberOfWorld() && !isAlive(Number(pid))) rmSync(join(place, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, ["EPERM"]);
  }
}

/** Of the PID namespace: a number of a process says nothing in another one. */
function numberOfWorld(): string {
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // a file, or nothing
  }
}

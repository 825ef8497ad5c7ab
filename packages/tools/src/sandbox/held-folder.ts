/**
 * A folder that stands where none is wanted. In it stands a token of everyone who holds it, so that the last one to leave takes it away,
 * and one that was left by the dead is known. Tokens are empty folders: git lists those neither alone nor in one another.
 */
import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasCode } from "@keelson/protocol";

const TOKEN = /^\.keel-held-(\d+)-(\d+)-[0-9a-f]+(-leaving)?$/;
const ROUNDS = 64; // another one may make or leave the same place at the same time

/** The token. Undefined for a place where something else has come to stand meanwhile. Throws where it can't be made. */
export function holdFolder(place: string): string | undefined {
  const name = `.keel-held-${numberOfWorld()}-${process.pid}-${randomBytes(4).toString("hex")}`;
  for (let round = 0; round < ROUNDS; round++) {
    if (bringFolder(place, name)) return join(place, name);
    if (isSomethingElse(place)) return undefined;
    sweep(place);
    if (joinFolder(place, name)) return join(place, name);
  }
  throw new Error(`${place} is made and removed all the time`);
}

/** Takes the token away, and the folder with the last one. */
export function leave(token: string): void {
  try {
    rmdirSync(token);
    rmdirSync(dirname(token));
  } catch {
    // others hold it still, or the user has made something of it
  }
}

/** There is nothing in it but tokens. */
export function isHeldOnly(folder: string): boolean {
  const names = namesIn(folder);
  return names.length > 0 && names.every((name) => TOKEN.test(name));
}

/** Where nothing is any more, and where nothing is in it any more, the last one has just left. */
function isSomethingElse(place: string): boolean {
  try {
    return !lstatSync(place).isDirectory() || readdirSync(place).some((name) => !TOKEN.test(name));
  } catch (error) {
    return !hasCode(error, ["ENOENT"]);
  }
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

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // a file, or nothing
  }
}
